package signin

import (
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

const (
	// DeviceLimit is how long a browser stays known after its last sign-in.
	DeviceLimit = 90 * 24 * time.Hour
	// MaxDevices is how many browsers are known of a person; the one used longest ago is forgotten.
	MaxDevices = 20
)

// Device is a browser in which a person signed in before. It proves nothing about who sits there;
// it only has a counter of attempts of its own, so that strangers who try the account from elsewhere
// cannot keep its owner waiting (security.md 8).
type Device struct {
	Digest   secret.Digest // of the value in its cookie
	User     access.UserID
	SignedIn time.Time // the last time
}

// DeviceTx is the storage of known browsers. One browser can be known of several people.
type DeviceTx interface {
	// Device returns a browser as known of a person. NotFound when it is not.
	Device(d secret.Digest, id access.UserID) (Device, error)
	// DeviceKnown reports whether the value was issued to anybody since an instant.
	DeviceKnown(d secret.Digest, since time.Time) (bool, error)
	// PutDevice stores a browser, or the time of the last sign-in in it, and forgets those of the
	// person beyond [MaxDevices].
	PutDevice(d Device) error
	// SweepDevices removes those with no sign-in since an instant.
	SweepDevices(before time.Time) error
}

// knownDevice reports whether the person signed in with this browser lately.
func knownDevice(tx Tx, presented secret.Value, id access.UserID) (bool, error) {
	if presented.IsZero() {
		return false, nil
	}
	d, err := tx.Device(secret.HashOf(presented), id)
	if access.CodeOf(err) == access.NotFound {
		return false, nil
	}
	return err == nil && tx.Now().Sub(d.SignedIn) < DeviceLimit, err
}

// rememberDevice makes the browser known of the person. A value that was issued before is kept, since
// it may be known of others too; any other is replaced, so that nobody chooses one for somebody else.
func rememberDevice(tx Tx, presented secret.Value, id access.UserID) (secret.Value, error) {
	issued := false
	if !presented.IsZero() {
		var err error
		if issued, err = tx.DeviceKnown(secret.HashOf(presented), tx.Now().Add(-DeviceLimit)); err != nil {
			return secret.Value{}, err
		}
	}
	if !issued {
		presented = secret.NewSessionID()
	}
	return presented, tx.PutDevice(Device{Digest: secret.HashOf(presented), User: id, SignedIn: tx.Now()})
}
