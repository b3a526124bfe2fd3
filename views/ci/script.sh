set -eu
# A configuration of its own: jobs that share one overwrite each other, and the token stays in the file.
export ASTRO_HOME="$(mktemp -d)"
trap 'rm -rf "$ASTRO_HOME"' EXIT
# localhost stands for the address in local.core. Without both lines the token is sent to the vendor.
export ASTRO_DOMAIN=localhost ASTRO_TELEMETRY_DISABLED=1
astro config set -g local.core https://dagpass.example.com
astro config set -g upgrade_message false
# First in a new configuration: it stores the Organization, without which some flags are unknown.
astro organization list
# An Organization token has no Workspace of its own: name it wherever a command acts in one.
#   astro workspace token list --workspace-id c0000000000000000000000ws
# The first line of the output is a banner, also with --json. A pipe would hide a failure.
astro workspace list --json > "$ASTRO_HOME/answer"
tail -n +2 "$ASTRO_HOME/answer"
