#!/bin/sh
# The secret ASTRO_API_TOKEN is in the environment; it is never an argument.
: "${ASTRO_API_TOKEN:?is not set}"
# script
