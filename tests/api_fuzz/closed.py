"""openapi.json says that answers may get further fields. Ours must not have any that it does not name."""
import copy


def closed(components):
    """A copy of `components` whose schemas take no field that they do not name."""
    components = copy.deepcopy(components)
    schemas = components['schemas']
    plain = copy.deepcopy(schemas)

    def close(schema):
        if isinstance(schema, list):
            for one in schema:
                close(one)
        if not isinstance(schema, dict):
            return
        if 'allOf' in schema:  # what is put together is closed as a whole
            schema['allOf'] = [opened(one) for one in schema['allOf']]
            schema['unevaluatedProperties'] = False
            return
        for name, one in schema.items():
            if name not in ('if', 'else'):  # these look at the same object
                close(one)
        if isinstance(schema.get('properties'), dict) and 'additionalProperties' not in schema:
            schema['unevaluatedProperties'] = False

    def opened(part):
        if '$ref' in part:
            part = copy.deepcopy(plain[part['$ref'].rsplit('/', 1)[-1]])
        for one in part.get('properties', {}).values():
            close(one)
        return part

    for schema in schemas.values():
        close(schema)
    return components
