terraform {
  required_providers {
    astro = {
      source  = "astronomer/astro"
      version = "~> 1.5"
    }
  }
}

# The token comes from the variable ASTRO_API_TOKEN of the environment. Left out here, it is in no file.
provider "astro" {
  organization_id = "c000000000000000000000org"
  # The provider accepts no other address than the vendor's, or this name of a single word.
  host = "https://api-astronomer-io"
}

data "astro_workspace" "this" {
  id = "c0000000000000000000000ws"
}
