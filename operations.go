package main

import (
	"errors"
	"fmt"
	"os"

	"accountql/accountpage"
	"accountql/config"
	"accountql/graphqlhttp"
)

// readOperations reads the manifests of persisted operations.
func readOperations(files []string) ([]graphqlhttp.Operation, error) {
	var operations []graphqlhttp.Operation
	var problems []error
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		more, err := graphqlhttp.ParseManifest(data)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", file, err))
		}
		operations = append(operations, more...)
	}
	if len(problems) > 0 {
		return nil, config.Problem{
			Setting: "PERSISTED_OPERATIONS", What: "names files that can't be read: " + errors.Join(problems...).Error(),
			Mend: "set it to manifests as the compilers of Apollo, Relay and GraphQL Code Generator write them",
		}
	}
	return operations, nil
}

// trustedOperations are those that the operator lists. Where nothing else is
// executed, those of the account page that this server has itself come to them: no
// app's manifest has these.
func trustedOperations(setting config.PersistedOperations, servesAccountPage bool) ([]graphqlhttp.Operation, error) {
	operations, err := readOperations(setting.Files)
	if err != nil || !setting.Only || !servesAccountPage {
		return operations, err
	}
	manifest, err := accountpage.Operations()
	if err != nil {
		return nil, fmt.Errorf("read the account page's operations: %w", err)
	}
	own, err := graphqlhttp.ParseManifest(manifest)
	if err != nil {
		return nil, fmt.Errorf("read the account page's operations: %w", err)
	}
	return append(operations, own...), nil
}
