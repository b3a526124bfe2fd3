package secret_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"

	"dagpass/internal/secret"
)

const header = `{"alg":"EdDSA","kid":"` + testKID + `","typ":"JWT"}`

// goodPayload is the payload of the value that mint writes for testClaims.
const goodPayload = `{"iss":"` + issuer + `","aud":"` + audience + `",` +
	`"sub":"ctoken000000000000000001a","apiTokenId":"ctoken000000000000000001a",` +
	`"iat":1785585600,"nbf":1785585600,"exp":1793361600,"jti":"0123456789abcdefghijklmnop",` +
	`"permissions":["apiTokenId:ctoken000000000000000001a","organizationId:corg00000000000000000001a",` +
	`"workspaceId:cworkspace000000000000001"],"version":"2"}`

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// forge writes values with a key, on the pattern of one good value.
type forge struct {
	key secret.SigningKey
	// words says what the good value has in place of the words of goodPayload and header.
	words *strings.Replacer
}

// sign writes a value with this header and payload and a signature by the key.
func (f forge) sign(header, payload string) string {
	signed := f.content(header, payload)
	return signed + "." + b64(string(ed25519.Sign(ed25519.NewKeyFromSeed(f.key.Seed()), []byte(signed))))
}

// content is what of a value is signed.
func (f forge) content(header, payload string) string {
	return b64(f.words.Replace(header)) + "." + b64(f.words.Replace(payload))
}

// testForge is that of the test key and the test claims.
func testForge() forge { return forge{testKey(), strings.NewReplacer()} }

// retired is the forge of somebody who has a key that was retired.
func retired(f forge) forge {
	key, _ := secret.SigningKeyFromSeed("dp9876543210", []byte(strings.Repeat("retired!", 4)))
	return forge{key, f.words}
}

func sign(header, payload string) string { return testForge().sign(header, payload) }

func forgedValues() []forged { return testForge().values() }

// with returns the good payload with one part replaced.
func with(old, replacement string) string {
	if !strings.Contains(goodPayload, old) {
		return "the test replaces what is not there: " + old
	}
	return strings.Replace(goodPayload, old, replacement, 1)
}
