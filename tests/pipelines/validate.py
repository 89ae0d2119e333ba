"""validate.py SCHEMA FILE…: for each JSON file a line that says "valid", or what is wrong with it.

Needs Debian's python3-jsonschema."""
import json
import sys

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match


def read(name):
    with open(name, encoding="utf-8") as file:
        return json.load(file)


schema = read(sys.argv[1])
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for name in sys.argv[2:]:
    error = best_match(validator.iter_errors(read(name)))
    print("valid" if error is None else f"{error.json_path}: {error.message}".replace("\n", " "))
