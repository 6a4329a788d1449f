"""SQL: tables, one repository per aggregate, migrations. The only truth there is."""
