package db

import (
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// twoOrgs are two Organizations.
func twoOrgs(t *testing.T, db *DB) (acme, umbrella access.Org) {
	t.Helper()
	must(t, db.Access().Update(t.Context(), func(tx access.Tx) error {
		acme = access.Org{ID: access.OrgID(tx.NewID()), Name: "Acme", CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		umbrella = access.Org{ID: access.OrgID(tx.NewID()), Name: "Umbrella", CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		must(t, tx.InsertOrg(acme))
		return tx.InsertOrg(umbrella)
	}))
	return acme, umbrella
}

func TestInviteTx(t *testing.T) {
	t.Run("invitations that have not expired are counted, those of one Organization", func(t *testing.T) {
		db, clock := openNew(t)
		insert := func(org access.OrgID, kind signin.CodeKind, life time.Duration) {
			inTx(t, db, func(tx signin.Tx) error {
				return tx.InsertCode(signin.Code{Digest: secret.HashOf(secret.NewCode()), ID: tx.NewID(), Kind: kind, User: "u", Org: org,
					CreatedAt: clock.Now(), EndsAt: clock.Now().Add(life)})
			})
		}
		insert("acme", signin.CodeInvite, time.Hour)
		insert("acme", signin.CodeInvite, 0)
		insert("umbrella", signin.CodeInvite, time.Hour)
		insert("", signin.CodeReset, time.Hour)
		inTx(t, db, func(tx signin.Tx) error {
			n, err := tx.OpenInvitations("acme")
			if n != 1 {
				t.Errorf("%d are open", n)
			}
			return err
		})
	})
	t.Run("a role or a team is a place, and each Organization has its own", func(t *testing.T) {
		db, _ := openNew(t)
		acme, umbrella := twoOrgs(t, db)
		ada, grace := newUser(t, db, "ada@acme.example"), newUser(t, db, "grace@acme.example")
		must(t, db.Access().Update(t.Context(), func(tx access.Tx) error {
			must(t, tx.SetRole(acme.Scope(), ada.Subject(), access.OrgMember, access.Person{}))
			must(t, tx.InsertTeam(access.Team{ID: "team", Org: umbrella.ID, Name: "Hive", CreatedAt: tx.Now(), UpdatedAt: tx.Now()}))
			_, err := tx.AddTeamMember(umbrella.ID, "team", grace.ID)
			return err
		}))
		inTx(t, db, func(tx signin.Tx) error {
			for who, want := range map[access.UserID][3]bool{ada.ID: {true, false, true}, grace.ID: {true, true, false}, "nobody": {}} {
				for i, outside := range []access.OrgID{"", acme.ID, umbrella.ID} {
					if got, err := tx.HasPlaceOutside(outside, who); got != want[i] || err != nil {
						t.Errorf("%s outside %q: %v, %v", who, outside, got, err)
					}
				}
			}
			return nil
		})
	})
	t.Run("removing a member ends their invitation here, and with the last place every code", func(t *testing.T) {
		db, clock := openNew(t)
		acme, umbrella := twoOrgs(t, db)
		ada := newUser(t, db, "ada@acme.example")
		left := func(tx signin.Tx, codes map[string]secret.Digest) (names []string) {
			for name, d := range codes {
				if _, err := tx.Code(d); err == nil {
					names = append(names, name)
				}
			}
			return names
		}
		codes := map[string]secret.Digest{}
		inTx(t, db, func(tx signin.Tx) error {
			insert := func(name string, kind signin.CodeKind, org access.OrgID) {
				codes[name] = secret.HashOf(secret.NewCode())
				must(t, tx.InsertCode(signin.Code{Digest: codes[name], ID: tx.NewID(), Kind: kind, User: ada.ID, Org: org,
					CreatedAt: clock.Now(), EndsAt: clock.Now().Add(time.Hour)}))
			}
			insert("acme", signin.CodeInvite, acme.ID)
			insert("umbrella", signin.CodeInvite, umbrella.ID)
			insert("reset", signin.CodeReset, "")
			for _, org := range []access.Org{acme, umbrella} {
				must(t, tx.SetRole(org.Scope(), ada.Subject(), access.OrgMember, access.Person{}))
			}
			must(t, tx.RemoveMember(acme.ID, ada.ID))
			if got := left(tx, codes); len(got) != 2 {
				t.Errorf("left after one: %v", got)
			}
			must(t, tx.RemoveMember(umbrella.ID, ada.ID))
			if got := left(tx, codes); len(got) != 0 {
				t.Errorf("left after both: %v", got)
			}
			return nil
		})
	})
	t.Run("somebody with a session is not deleted", func(t *testing.T) {
		db, clock := openNew(t)
		ada, grace := newUser(t, db, "ada@acme.example"), newUser(t, db, "grace@acme.example")
		inTx(t, db, func(tx signin.Tx) error { return tx.InsertSession(newSession(ada, clock.Now(), "one")) })
		inTx(t, db, func(tx signin.Tx) error { return tx.DeleteUser(grace.ID) })
		if err := db.SignIn().Update(t.Context(), func(tx signin.Tx) error { return tx.DeleteUser(ada.ID) }); err == nil {
			t.Error("she was deleted")
		}
		wantCode(t, db.SignIn().View(t.Context(), func(tx signin.Tx) error {
			_, err := tx.Account(grace.ID)
			return err
		}), access.NotFound)
	})
}
