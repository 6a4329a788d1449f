"""The JSON API: one module per resource, one error renderer."""
