"""The metrics that chips have in common."""

from collector import Metric, ValueUnit

TEMPERATURE = Metric(id="temperature", name="Temperature", unit=ValueUnit.CELSIUS)
PRESSURE = Metric(id="pressure", name="Pressure", unit=ValueUnit.PASCAL)
HUMIDITY = Metric(id="humidity", name="Relative humidity", unit=ValueUnit.PERCENT)
ILLUMINANCE = Metric(id="illuminance", name="Illuminance", annotation="lux")
