"""What every kind of source promises."""


def test_it_keeps_the_contract_of_plugins(contract_check):
    contract_check("modbus")
