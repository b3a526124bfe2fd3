package secret_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/proof"
	"dagpass/internal/secret"
)

// The vectors in testdata always run. Those of Wycheproof (https://github.com/C2SP/wycheproof) are
// not part of the repository and run where they are; both have the same form.

type vectorFile struct {
	TestGroups []struct {
		PublicKey struct{ PK string } `json:"publicKey"`
		Tests     []vector            `json:"tests"`
	} `json:"testGroups"`
}

type vector struct {
	ID      int    `json:"tcId"`
	Comment string `json:"comment"`
	JWS     string `json:"jws,omitempty"`
	Message string `json:"msg,omitempty"`
	Sig     string `json:"sig,omitempty"`
	Result  string `json:"result"`
}

// sets returns the vector files of this name by where they come from.
func sets(t *testing.T, name string) map[string]vectorFile {
	t.Helper()
	all := map[string]vectorFile{}
	for from, path := range map[string]string{
		"testdata":   filepath.Join("testdata", name),
		"wycheproof": filepath.Join(sharedData(t), "wycheproof", name),
	} {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) && from != "testdata" {
			t.Logf("%s: not there, so only the vectors in testdata run", path)
			continue
		}
		var file vectorFile
		if err == nil {
			err = json.Unmarshal(text, &file)
		}
		if err != nil {
			t.Fatal(err)
		}
		all[from] = file
	}
	return all
}

// sharedData is the folder of third-party test data: DAGPASS_TEST_DATA, or ../shared/data seen from
// the root of the module.
func sharedData(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("DAGPASS_TEST_DATA"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "..", "shared", "data")
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("no go.mod in any folder above")
	return ""
}

// TestProof_Vectors feeds each layer with known attacks: those on signed values the shape rule, the parser,
// the verifier and a real installation, those on Ed25519 the check of a signature. All values of Wycheproof
// use other algorithms than ours or none, so even those that are valid there must be refused. Seen to fail
// with a parseJWS that compared no header, and with a verifySignature that said yes to every signature of
// 64 bytes.
func TestProof_Vectors(t *testing.T) {
	l := newLiveToken(t)
	values, signatures := 0, 0
	for from, file := range sets(t, "json_web_signature_test.json") {
		t.Run("values of "+from, func(t *testing.T) { values += l.feedValues(t, file, from == "testdata") })
	}
	for from, file := range sets(t, "ed25519_test.json") {
		t.Run("signatures of "+from, func(t *testing.T) { signatures += feedSignatures(t, file) })
	}
	proof.Figure(t, "%d values, %d signatures, 0 wrong answers", values, signatures)
}

// feedValues returns how many values the file has; in ours one is to be accepted by whoever trusts the
// published test key. An installation accepts none.
func (l *liveToken) feedValues(t *testing.T, file vectorFile, ours bool) int {
	t.Helper()
	accepted, total := 0, 0
	for _, group := range file.TestGroups {
		for _, v := range group.Tests {
			total++
			valid := ours && v.Result == "valid"
			if _, err := verify(v.JWS); (err == nil) != valid {
				t.Errorf("%d %s: the verifier says %v", v.ID, v.Comment, err)
			}
			if l.verify(v.JWS) == nil {
				t.Errorf("%d %s: the server accepts it", v.ID, v.Comment)
			}
			if !ours {
				refusedByEachLayer(t, v)
			}
			if valid {
				accepted++
			}
		}
	}
	if total == 0 || (ours && accepted == 0) {
		t.Errorf("%d vectors, %d of them valid", total, accepted)
	}
	return total
}

func refusedByEachLayer(t *testing.T, v vector) {
	t.Helper()
	if secret.WellFormed(v.JWS) {
		t.Errorf("%d %s: the shape rule accepts it", v.ID, v.Comment)
	}
	if kid, _, err := secret.ParseJWS(v.JWS); err == nil {
		t.Errorf("%d %s: the parser accepts it with kid %s", v.ID, v.Comment, kid)
	}
}

func feedSignatures(t *testing.T, file vectorFile) (total int) {
	t.Helper()
	for _, group := range file.TestGroups {
		key := unhex(t, group.PublicKey.PK)
		for _, v := range group.Tests {
			total++
			err := secret.VerifySignature(key, unhex(t, v.Message), unhex(t, v.Sig))
			if (err == nil) != (v.Result == "valid") {
				t.Errorf("%d %s: %v, want %s", v.ID, v.Comment, err, v.Result)
			}
		}
	}
	if total == 0 {
		t.Error("no vectors")
	}
	return total
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestVectors_inTestdata keeps the file, which other verifiers may use too, equal to the table of
// forged values. With DAGPASS_UPDATE=1 it writes the file anew.
func TestVectors_inTestdata(t *testing.T) {
	path := filepath.Join("testdata", "json_web_signature_test.json")
	want := ownVectors()
	if os.Getenv("DAGPASS_UPDATE") == "1" {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if diff := cmp.Diff(string(want), string(got)); err != nil || diff != "" {
		t.Errorf("%s differs from the table, run with DAGPASS_UPDATE=1: %v (-want +got):\n%s", path, err, diff)
	}
}

// ownVectors writes one good value and the forged ones of reasonable length.
func ownVectors() []byte {
	var file struct {
		Note       string         `json:"note"`
		PublicKey  map[string]any `json:"publicKeyJwk"`
		Issuer     string         `json:"issuer"`
		Audience   string         `json:"audience"`
		Now        string         `json:"now"`
		TestGroups []any          `json:"testGroups"`
	}
	file.Note = "The private half of this key is published in RFC 8037, A.1."
	file.PublicKey = jwk()
	file.Issuer, file.Audience, file.Now = issuer, audience, noon.Format("2006-01-02T15:04:05Z")
	tests := []vector{{ID: 1, Comment: "valid", JWS: sign(header, goodPayload), Result: "valid"}}
	for _, f := range forgedSorted() {
		if len(f.value) <= 2*secret.MaxValueLength {
			tests = append(tests, vector{ID: len(tests) + 1, Comment: f.name, JWS: f.value, Result: "invalid"})
		}
	}
	file.TestGroups = []any{map[string]any{"tests": tests}}
	text, _ := json.MarshalIndent(file, "", " ")
	return append(text, '\n')
}

func jwk() map[string]any {
	var set struct{ Keys []map[string]any }
	_ = json.Unmarshal(secret.JWKS([]secret.PublicKey{{KID: testKID, Key: ed25519.PublicKey(testKey().Public)}}), &set)
	return set.Keys[0]
}
