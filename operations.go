package main

import (
	"errors"
	"fmt"
	"os"

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
