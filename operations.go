package main

import (
	"errors"
	"fmt"
	"os"

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
		return nil, fmt.Errorf("PERSISTED_OPERATIONS names files that can't be read: set it to manifests as the compilers of Apollo, "+
			"Relay and GraphQL Code Generator write them:\n%w", errors.Join(problems...))
	}
	return operations, nil
}
