package load

import (
	"encoding/json"
	"fmt"
)

// Schema is the JSON Schema of one file of a book, which editors use to
// complete and check as a manager types. The districts are those that the book's
// areas may have.
func Schema(file string, districts []string) ([]byte, error) {
	sh := schemaOf(shapeOf(file, districts))
	sh["$schema"] = "http://json-schema.org/draft-07/schema#"
	sh["title"] = "Signpost flow book: " + file
	out, err := json.MarshalIndent(sh, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the schema of %s: %w", file, err)
	}
	return append(out, '\n'), nil
}

func schemaOf(s *shape) map[string]any {
	switch s.kind {
	case isList:
		l := map[string]any{"type": "array", "items": schemaOf(s.elem)}
		if s.loose {
			return map[string]any{"anyOf": []any{schemaOf(s.elem), l}}
		}
		return l
	case isMap:
		m := map[string]any{"type": "object", "additionalProperties": schemaOf(s.elem)}
		if !s.anyKey {
			m["propertyNames"] = map[string]any{"pattern": "^[a-z][a-z0-9_]{0,39}$"}
		}
		return m
	case isObject:
		props, required := map[string]any{}, []string{}
		for _, f := range s.fields {
			p := schemaOf(f.shape)
			p["description"] = f.doc
			props[f.name] = p
			if f.required {
				required = append(required, f.name)
			}
		}
		return map[string]any{"type": "object", "properties": props, "required": required,
			"additionalProperties": false}
	}
	if len(s.enum) == 0 {
		// Bare numbers and dates are words to us, though YAML reads other types.
		return map[string]any{"type": []string{"string", "number", "boolean"}}
	}
	values := []any{}
	for _, e := range s.enum {
		values = append(values, e)
		switch e { // what YAML readers make of the bare words
		case "yes":
			values = append(values, true)
		case "no":
			values = append(values, false)
		case "1", "2", "3":
			values = append(values, int(e[0]-'0'))
		}
	}
	return map[string]any{"enum": values}
}
