module signpost

go 1.26.0

require golang.org/x/text v0.43.0

require (
	github.com/nyaruka/phonenumbers v1.8.1 // indirect
	go.yaml.in/yaml/v3 v3.0.6 // indirect
	google.golang.org/protobuf v1.36.11 // indirect
)
