"""What every kind of source promises, as small checks: of its declaration, its values, its life.

`collector plugins check NAME` runs them, and so does a test that takes the fixture
``contract_check`` of the pytest plugin. `catalogue.CHECKS` has them all.
"""
