package local

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"cognito-m2m/internal/cognito"
)

// decodeVersion1 reads the format from before secrets were rotated: a client's
// secrets were their values alone. They count as older than all that were made
// since; where there is a rotation, the first one replaces them.
func decodeVersion1(raw []byte) (stateDocument, error) {
	var old struct {
		Resources map[string]*struct {
			resource
			Secrets []cognito.Secret `json:"secrets"`
		} `json:"resources"`
	}
	document := stateDocument{Version: stateVersion, Resources: map[string]*resource{}}
	if err := json.Unmarshal(raw, &old); err != nil {
		return document, err
	}
	created := time.UnixMilli(0).UTC()
	for _, key := range slices.Sorted(maps.Keys(old.Resources)) {
		kept := old.Resources[key]
		if kept == nil {
			document.Resources[key] = nil
			continue
		}
		for _, secret := range kept.Secrets {
			created = created.Add(time.Millisecond) // an id follows from its date
			kept.resource.Secrets = append(kept.resource.Secrets, cognito.ClientSecret{
				ID: cognito.NewClientSecretID(kept.ID, created), CreateDate: created, Value: secret,
			})
		}
		document.Resources[key] = &kept.resource
	}
	return document, nil
}
