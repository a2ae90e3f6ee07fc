// Reads pipelines as `buildkite-agent pipeline upload` does: the vendor's parser, then its interpolation with the given
// environment, then, for steps with a matrix, the step of each permutation. Prints one JSON line a file.
//
// stdin: {"files": [...], "env": {...}}
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"

	pipeline "github.com/buildkite/go-pipeline"
	"github.com/buildkite/go-pipeline/warning"
	"github.com/buildkite/interpolate"
)

type request struct {
	Files []string          `json:"files"`
	Env   map[string]string `json:"env"`
}

type answer struct {
	File     string           `json:"file"`
	Errors   []string         `json:"errors"`
	Pipeline any              `json:"pipeline,omitempty"`
	Legs     map[string][]leg `json:"legs,omitempty"` // by the step's key
}

type leg struct {
	Matrix map[string]string `json:"matrix"`
	Step   any               `json:"step"`
}

// environment is what the agent interpolates from; go-pipeline adds the pipeline's own `env` to it.
type environment struct{ interpolate.Env }

func (e environment) Set(name, value string) { e.Env.(mapping)[name] = value }

type mapping map[string]string

func (m mapping) Get(name string) (string, bool) { value, found := m[name]; return value, found }

func main() {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	out := json.NewEncoder(os.Stdout)
	for _, file := range asked.Files {
		if err := out.Encode(read(file, asked.Env)); err != nil {
			log.Fatal(err)
		}
	}
}

func read(file string, env map[string]string) answer {
	found := answer{File: file, Errors: []string{}}
	source, err := os.Open(file)
	if err != nil {
		log.Fatal(err)
	}
	defer source.Close()
	documents := 0
	for parsed, err := range pipeline.ParseAll(source) {
		documents++
		if err != nil {
			found.Errors = append(found.Errors, messages(err)...)
			if !warning.Is(err) {
				return found
			}
		}
		if err := parsed.Interpolate(environment{mapping(maps.Clone(env))}, false); err != nil {
			found.Errors = append(found.Errors, "interpolation: "+err.Error())
			return found
		}
		found.Errors = append(found.Errors, unknown(parsed.Steps)...)
		found.Pipeline = parsed
		found.Legs = map[string][]leg{}
		found.Errors = append(found.Errors, expand(parsed.Steps, found.Legs)...)
	}
	if documents != 1 {
		found.Errors = append(found.Errors, fmt.Sprintf("%d documents", documents))
	}
	return found
}

func messages(err error) []string {
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func unknown(steps pipeline.Steps) (errors []string) {
	for _, step := range steps {
		switch step := step.(type) {
		case *pipeline.UnknownStep:
			errors = append(errors, fmt.Sprintf("unknown step: %v", step.Contents))
		case *pipeline.GroupStep:
			errors = append(errors, unknown(step.Steps)...)
		}
	}
	return errors
}

// expand makes the step of each permutation of a matrix, as the job that runs it does.
func expand(steps pipeline.Steps, legs map[string][]leg) (errors []string) {
	for _, step := range steps {
		switch step := step.(type) {
		case *pipeline.GroupStep:
			errors = append(errors, expand(step.Steps, legs)...)
		case *pipeline.CommandStep:
			if step.Matrix == nil {
				continue
			}
			for _, values := range permutations(step.Matrix) {
				one := copied(step)
				if err := one.InterpolateMatrixPermutation(pipeline.MatrixPermutation(values)); err != nil {
					errors = append(errors, fmt.Sprintf("%s: %v: %s", step.Key, values, err))
					continue
				}
				legs[step.Key] = append(legs[step.Key], leg{values, one})
			}
		}
	}
	return errors
}

// permutations: the product of setup, less what an adjustment skips, with what an adjustment adds.
func permutations(matrix *pipeline.Matrix) []map[string]string {
	made := []map[string]string{{}}
	for _, name := range slices.Sorted(maps.Keys(matrix.Setup)) {
		var wider []map[string]string
		for _, values := range made {
			for _, value := range matrix.Setup[name] {
				one := maps.Clone(values)
				one[name] = value
				wider = append(wider, one)
			}
		}
		made = wider
	}
	for _, adjustment := range matrix.Adjustments {
		with := map[string]string(adjustment.With)
		same := func(values map[string]string) bool { return maps.Equal(values, with) }
		if adjustment.ShouldSkip() {
			made = slices.DeleteFunc(made, same)
		} else if !slices.ContainsFunc(made, same) {
			made = append(made, with)
		}
	}
	return made
}

func copied(step *pipeline.CommandStep) *pipeline.CommandStep {
	text, err := step.MarshalJSON()
	if err != nil {
		log.Fatal(err)
	}
	parsed, err := pipeline.Parse(strings.NewReader(`{"steps": [` + string(text) + `]}`))
	if err != nil && !warning.Is(err) {
		log.Fatal(err)
	}
	return parsed.Steps[0].(*pipeline.CommandStep)
}
