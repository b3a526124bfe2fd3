package secret_test

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dagpass/internal/secret"
)

// forged is a string that must not pass Verify, and the reason for which it must be refused. Most are
// signed with the real key: what refuses them is then not the signature.
type forged struct {
	name  string
	value string
	want  error
}

func (f forge) values() []forged {
	var all []forged
	all = append(all, f.headers()...)
	all = append(all, f.claims()...)
	all = append(all, f.times()...)
	all = append(all, f.signatures()...)
	all = append(all, f.forms()...)
	return all
}

func (f forge) headers() []forged {
	var all []forged
	add := func(name, header string) {
		all = append(all, forged{"header: " + name, f.sign(header, goodPayload), secret.ErrMalformed})
	}
	for _, alg := range []string{
		"none", "None", "NONE", "nOnE", "none ", "", "HS256", "HS384", "HS512", "RS256", "RS512", "PS256", "ES256", "ES384",
		"Ed25519", "Ed448", "eddsa", "EDDSA", "EdDSA ", "EdDSA\\u0000",
	} {
		add("alg "+fmt.Sprintf("%q", alg), strings.Replace(header, "EdDSA", alg, 1))
	}
	for name, h := range map[string]string{
		"alg null":           strings.Replace(header, `"EdDSA"`, "null", 1),
		"alg an array":       strings.Replace(header, `"EdDSA"`, `["EdDSA"]`, 1),
		"alg missing":        strings.Replace(header, `"alg":"EdDSA",`, "", 1),
		"alg twice":          strings.Replace(header, `"kid"`, `"alg":"none","kid"`, 1),
		"alg in upper case":  strings.Replace(header, `"alg"`, `"ALG"`, 1),
		"kid a path":         strings.Replace(header, testKID, "../../dev/null", 1),
		"kid SQL":            strings.Replace(header, testKID, "x' UNION SELECT 'k", 1),
		"kid null":           strings.Replace(header, `"`+testKID+`"`, "null", 1),
		"kid an array":       strings.Replace(header, `"`+testKID+`"`, `["`+testKID+`"]`, 1),
		"kid a number":       strings.Replace(header, `"`+testKID+`"`, "1", 1),
		"kid empty":          strings.Replace(header, testKID, "", 1),
		"kid missing":        strings.Replace(header, `"kid":"`+testKID+`",`, "", 1),
		"kid upper case":     strings.Replace(header, testKID, "DP0123456789", 1),
		"kid of 3,000":       strings.Replace(header, testKID, testKID+strings.Repeat("0", 3000), 1),
		"kid of a megabyte":  strings.Replace(header, testKID, strings.Repeat("0", 1<<20), 1),
		"kid escaped":        strings.Replace(header, "dp0", `\u0064p0`, 1),
		"kid twice":          strings.Replace(header, `"typ"`, `"kid":"`+testKID+`","typ"`, 1),
		"typ missing":        strings.Replace(header, `,"typ":"JWT"`, "", 1),
		"typ of later kinds": strings.Replace(header, `"JWT"`, `"at+jwt"`, 1),
		"typ in lower case":  strings.Replace(header, `"JWT"`, `"jwt"`, 1),
		"jku":                strings.Replace(header, `"typ"`, `"jku":"https://evil.test/jwks.json","typ"`, 1),
		"jwk":                strings.Replace(header, `"typ"`, `"jwk":{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},"typ"`, 1),
		"x5u":                strings.Replace(header, `"typ"`, `"x5u":"https://evil.test/cert.pem","typ"`, 1),
		"x5c":                strings.Replace(header, `"typ"`, `"x5c":["MIIB"],"typ"`, 1),
		"crit":               strings.Replace(header, `"JWT"`, `"JWT","crit":["exp"]`, 1),
		"crit empty":         strings.Replace(header, `"JWT"`, `"JWT","crit":[]`, 1),
		"b64 false":          strings.Replace(header, `"JWT"`, `"JWT","b64":false,"crit":["b64"]`, 1),
		"zip":                strings.Replace(header, `"JWT"`, `"JWT","zip":"DEF"`, 1),
		"cty":                strings.Replace(header, `"JWT"`, `"JWT","cty":"JWT"`, 1),
		"another order":      `{"typ":"JWT","alg":"EdDSA","kid":"` + testKID + `"}`,
		"a space":            strings.Replace(header, `,"typ"`, `, "typ"`, 1),
		"a line break after": header + "\n",
		"a second object":    header + header,
		"an array":           "[" + header + "]",
		"nothing but a kid":  testKID,
		"no end":             strings.TrimSuffix(header, `","typ":"JWT"}`),
		"no beginning":       strings.TrimPrefix(header, `{"alg":"EdDSA","kid":"`),
		"a byte order mark":  "\ufeff" + header,
		"no JSON":            "this is not a JSON header",
	} {
		add(name, h)
	}
	return all
}

func (f forge) claims() []forged {
	var all []forged
	for name, payload := range map[string]string{
		"a member twice":                   with(`"version":"2"`, `"version":"2","version":"2"`),
		"sub twice":                        with(`"apiTokenId"`, `"sub":"cother","apiTokenId"`),
		"an unknown member":                with(`"version"`, `"admin":true,"version"`),
		"a member in upper case":           with(`"aud"`, `"AUD"`),
		"another order":                    with(`"iss":"`+issuer+`","aud":"`+audience+`"`, `"aud":"`+audience+`","iss":"`+issuer+`"`),
		"a space":                          with(`"version":`, `"version": `),
		"an escape":                        with(`"2"}`, `"\u0032"}`),
		"aud an array":                     with(`"`+audience+`"`, `["`+audience+`"]`),
		"aud missing":                      with(`"aud":"`+audience+`",`, ""),
		"aud null":                         with(`"`+audience+`"`, "null"),
		"iss missing":                      with(`"iss":"`+issuer+`",`, ""),
		"sub of another token":             with(`"sub":"ctoken`, `"sub":"cother`),
		"sub missing":                      with(`"sub":"ctoken000000000000000001a",`, ""),
		"apiTokenId of another":            with(`"apiTokenId":"ctoken`, `"apiTokenId":"cother`),
		"permissions of another":           with(`"apiTokenId:ctoken`, `"apiTokenId:cother`),
		"permissions empty":                with(`"permissions":["apiTokenId:ctoken000000000000000001a","organizationId:corg00000000000000000001a","workspaceId:cworkspace000000000000001"]`, `"permissions":[]`),
		"permissions null":                 with(`["apiTokenId:ctoken000000000000000001a","organizationId:corg00000000000000000001a","workspaceId:cworkspace000000000000001"]`, `null`),
		"permissions a text":               with(`["apiTokenId:ctoken000000000000000001a","organizationId:corg00000000000000000001a","workspaceId:cworkspace000000000000001"]`, `"organizationId:corg00000000000000000001a"`),
		"one permission more":              with(`000001"],`, `000001","workspaceId:cother"],`),
		"permissions without Organization": with(`"organizationId:corg00000000000000000001a",`, ""),
		"permissions swapped":              with(`"organizationId:corg00000000000000000001a","workspaceId:cworkspace000000000000001"`, `"workspaceId:cworkspace000000000000001","organizationId:corg00000000000000000001a"`),
		"an empty Organization":            with(`organizationId:corg00000000000000000001a`, `organizationId:`),
		"an empty Workspace":               with(`workspaceId:cworkspace000000000000001`, `workspaceId:`),
		"an Organization without its word": with(`"organizationId:corg`, `"corg`),
		"version a number":                 with(`"2"}`, `2}`),
		"version with a zero":              with(`"2"}`, `"02"}`),
		"version with a plus":              with(`"2"}`, `"+2"}`),
		"version 0":                        with(`"2"}`, `"0"}`),
		"version negative":                 with(`"2"}`, `"-2"}`),
		"version empty":                    with(`"2"}`, `""}`),
		"jti missing":                      with(`"jti":"0123456789abcdefghijklmnop",`, ""),
		"jti short":                        with(`"0123456789abcdefghijklmnop"`, `"0"`),
		"a nested JWT":                     f.sign(header, goodPayload),
		"no JSON":                          "this is not a JSON payload",
		"an array":                         "[" + goodPayload + "]",
		"null":                             "null" + strings.Repeat(" ", 20),
		"trailing data":                    goodPayload + "{}",
		"a byte order mark":                "\ufeff" + goodPayload,
		"invalid UTF-8":                    with("https://dagpass", "https://\xff"),
		"depth":                            strings.Repeat("[", 2000),
	} {
		all = append(all, forged{"claims: " + name, f.sign(header, payload), secret.ErrMalformed})
	}
	return append(all,
		forged{"claims: iss of somebody else", f.sign(header, with(issuer, "https://evil.example.org")), secret.ErrIssuer},
		forged{"claims: iss with a slash", f.sign(header, with(issuer, issuer+"/")), secret.ErrIssuer},
		forged{"claims: iss empty", f.sign(header, with(issuer, "")), secret.ErrIssuer},
		forged{"claims: aud of somebody else", f.sign(header, with(audience, issuer)), secret.ErrIssuer},
		forged{"claims: aud empty", f.sign(header, with(audience, "")), secret.ErrIssuer},
		forged{"claims: iss and aud exchanged", f.sign(header, strings.NewReplacer(issuer, audience, audience, issuer).Replace(goodPayload)), secret.ErrIssuer},
	)
}

func (f forge) times() []forged {
	var all []forged
	for _, exp := range []string{
		`"1793361600"`, "1793361600.0", "1793361600.5", "1.7933616e9", "1e999", "-0", "0", "-1", "-1793361600", "null", "true", "[]", "{}",
		"01793361600", "NaN", "Infinity", "9223372036854775808", "-62135596800", "1785585600",
	} {
		all = append(all, forged{"times: exp " + exp, f.sign(header, with("1793361600", exp)), secret.ErrMalformed})
	}
	const iat, nbf = `"iat":1785585600`, `"nbf":1785585600`
	both := func(iat, nbf string) string {
		return with(`"iat":1785585600,"nbf":1785585600`, `"iat":`+iat+`,"nbf":`+nbf)
	}
	long := time.Hour * 24 * 365
	ago := fmt.Sprint(noon.Add(-long).Unix())
	return append(all,
		forged{"times: nbf missing", f.sign(header, with(nbf+",", "")), secret.ErrMalformed},
		forged{"times: iat missing", f.sign(header, with(iat+",", "")), secret.ErrMalformed},
		forged{"times: nbf apart from iat", f.sign(header, with(nbf, `"nbf":1`)), secret.ErrMalformed},
		forged{"times: iat a text", f.sign(header, with(iat, `"iat":"1785585600"`)), secret.ErrMalformed},
		forged{"times: iat and nbf zero", f.sign(header, both("0", "0")), secret.ErrMalformed},
		forged{"times: iat and nbf ahead", f.sign(header, both("1785585661", "1785585661")), secret.ErrNotYetValid},
		forged{"times: iat and nbf far ahead", f.sign(header, strings.Replace(both("253402300799", "253402300799"), `"exp":1793361600,`, "", 1)), secret.ErrNotYetValid},
		forged{"times: expired a minute ago", f.sign(header, strings.Replace(both(ago, ago), "1793361600", fmt.Sprint(noon.Add(-time.Minute).Unix()), 1)), secret.ErrExpired},
	)
}

func (f forge) signatures() []forged {
	signed := f.content(header, goodPayload)
	good := f.sign(header, goodPayload)
	signature, _ := base64.RawURLEncoding.DecodeString(good[len(signed)+1:])
	hs := func(key []byte) string {
		s := f.content(`{"alg":"HS256","kid":"`+testKID+`","typ":"JWT"}`, goodPayload)
		h := hmac.New(sha256.New, key)
		h.Write([]byte(s))
		return s + "." + b64(string(h.Sum(nil)))
	}
	stranger := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	otherKID := strings.Replace(header, testKID, "dp9876543210", 1)
	part := func(sig []byte) string { return signed + "." + b64(string(sig)) }
	return []forged{
		{"signature: empty", signed + ".", secret.ErrMalformed},
		{"signature: missing", signed, secret.ErrMalformed},
		{"signature: half", part(signature[:32]), secret.ErrMalformed},
		{"signature: one byte more", part(append(signature[:64:64], 0)), secret.ErrMalformed},
		{"signature: twice", part(append(signature[:64:64], signature...)), secret.ErrMalformed},
		{"signature: zeros", part(make([]byte, 64)), secret.ErrSignature},
		{"signature: one bit changed", part(append([]byte{signature[0] ^ 1}, signature[1:]...)), secret.ErrSignature},
		{"signature: halves exchanged", part(append(signature[32:64:64], signature[:32]...)), secret.ErrSignature},
		{"signature: S plus the group order", part(append(signature[:32:32], plusOrder(signature[32:])...)), secret.ErrSignature},
		{"signature: stray bits at the end", good[:len(good)-1] + string(nextInAlphabet(good[len(good)-1])), secret.ErrMalformed},
		{"signature: by a stranger", part(ed25519.Sign(stranger, []byte(signed))), secret.ErrSignature},
		{"signature: of the payload only", part(ed25519.Sign(ed25519.NewKeyFromSeed(f.key.Seed()), []byte(goodPayload))), secret.ErrSignature},
		{"signature: HS256 with the public key", hs(f.key.Public), secret.ErrMalformed},
		{"signature: HS256 with the published document", hs(secret.JWKS([]secret.PublicKey{{KID: f.key.KID, Key: f.key.Public}})), secret.ErrMalformed},
		{"signature: HS256 with the empty key", hs(nil), secret.ErrMalformed},
		{"signature: with a retired or unknown kid", f.sign(otherKID, goodPayload), secret.ErrUnknownKey},
		{"signature: by a retired key", retired(f).sign(otherKID, goodPayload), secret.ErrUnknownKey},
		{"payload: another generation under an old signature", f.content(header, with(`"2"}`, `"3"}`)) + good[len(signed):], secret.ErrSignature},
		{"payload: another Workspace under an old signature", f.content(header, with(`"workspaceId:c`, `"workspaceId:d`)) + good[len(signed):], secret.ErrSignature},
	}
}

func (f forge) forms() []forged {
	good := f.sign(header, goodPayload)
	p := strings.Split(good, ".")
	return []forged{
		{"form: flattened JSON serialisation", `{"protected":"` + p[0] + `","payload":"` + p[1] + `","signature":"` + p[2] + `"}`, secret.ErrMalformed},
		{"form: general JSON serialisation", `{"payload":"` + p[1] + `","signatures":[{"protected":"` + p[0] + `","signature":"` + p[2] + `"}]}`, secret.ErrMalformed},
		{"form: detached payload", p[0] + ".." + p[2], secret.ErrMalformed},
		{"form: five parts as in JWE", good + ".AAAA.AAAA", secret.ErrMalformed},
		{"form: another dot", good + ".", secret.ErrMalformed},
		{"form: a dot in front", "." + good, secret.ErrMalformed},
		{"form: padded parts", p[0] + "=." + p[1] + "." + p[2] + "==", secret.ErrMalformed},
		{"form: plain base64", p[0] + "." + p[1] + ".+" + p[2][1:], secret.ErrMalformed},
		{"form: a line break in the header", p[0][:10] + "\n" + p[0][10:] + "." + p[1] + "." + p[2], secret.ErrMalformed},
		{"form: a line break in the signature", p[0] + "." + p[1] + "." + p[2][:10] + "\r\n" + p[2][10:], secret.ErrMalformed},
		{"form: with its scheme", "Bearer " + good, secret.ErrMalformed},
		{"form: URL-escaped", strings.ReplaceAll(good, ".", "%2e"), secret.ErrMalformed},
		{"form: a megabyte of dots", strings.Repeat(".", 1<<20), secret.ErrMalformed},
		{"form: a megabyte", strings.Repeat("A", 1<<20), secret.ErrMalformed},
		{"form: two dots", "..", secret.ErrMalformed},
		{"form: nothing", "", secret.ErrMalformed},
		{"form: RFC 8037, A.4", "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg", secret.ErrMalformed},
	}
}

// forgedSorted returns the forged values in the order of their names, which the maps above do not keep.
func forgedSorted() []forged {
	return slices.SortedFunc(slices.Values(forgedValues()), func(a, b forged) int { return strings.Compare(a.name, b.name) })
}

// plusOrder adds the order of the group to the second half of a signature: the same number modulo the
// order, and a second signature for a verifier that does not check the range.
func plusOrder(s []byte) []byte {
	order := []byte{
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
	}
	sum, carry := make([]byte, len(s)), 0
	for i := range s {
		carry += int(s[i]) + int(order[i])
		sum[i], carry = byte(carry), carry>>8
	}
	return sum
}

// nextInAlphabet changes the lowest bit of the last character, which carries no data there.
func nextInAlphabet(c byte) byte { return base64url[strings.IndexByte(base64url, c)^1] }

func TestForgedValues(t *testing.T) {
	if _, err := verify(sign(header, goodPayload)); err != nil || sign(header, goodPayload) != mint(t, testClaims()) {
		t.Fatalf("the forge does not write good values, so that bad ones prove nothing: %v", err)
	}
	all := forgedValues()
	if len(all) < 60 {
		t.Errorf("%d forged values, want 60 or more", len(all))
	}
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			claims, err := verify(f.value)
			if !errors.Is(err, f.want) || claims != (secret.Claims{}) {
				t.Errorf("error = %v, want %v", err, f.want)
			}
		})
	}
	t.Logf("%d forged values", len(all))
}

// TestForgedValues_byLayer feeds the parsers below the shape rule on their own. Verify reaches them with
// well-formed strings only, and they must not rely on that.
func TestForgedValues_byLayer(t *testing.T) {
	for _, f := range forgedValues() {
		if f.want != secret.ErrMalformed {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			kid, payload, err := secret.ParseJWS(f.value)
			if err != nil {
				return
			}
			if strings.HasPrefix(f.name, "header:") {
				t.Errorf("the parser accepts the header with kid %s", kid)
			}
			if c, err := secret.ParseClaims(payload); err == nil {
				t.Errorf("the claims are read as %v", c)
			}
		})
	}
	t.Run("and reads the good payload", func(t *testing.T) {
		if c, err := secret.ParseClaims([]byte(goodPayload)); err != nil || c != testClaims() {
			t.Errorf("%v, %v", c, err)
		}
		if !json.Valid([]byte(goodPayload)) {
			t.Error("the good payload is no JSON")
		}
	})
}
