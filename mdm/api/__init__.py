"""HTTP under /v1: routes over mdm.services, one module per noun."""
