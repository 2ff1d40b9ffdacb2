// Package api is where oapi-codegen writes the client, over this file in a copy of the module.
package api

import _ "github.com/oapi-codegen/runtime" // what the client imports
