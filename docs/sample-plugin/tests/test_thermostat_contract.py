"""What every kind of source promises; the fixture comes with the collector."""


def test_it_keeps_the_contract_of_plugins(contract_check):
    contract_check("thermostat")
