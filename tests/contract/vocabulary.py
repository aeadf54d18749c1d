"""The API document, typed by hand: error codes, units, value types and alphabets."""

ERROR_CODES = {  # section 6
    1: "NoBackendConnection",
    2: "Reserved",
    3: "InternalError",
    4: "InvalidJson",
    5: "JsonIsNotAnObject",
    6: "MissingParameter",
    7: "ParameterIsNotAString",
    8: "ParameterIsNotADouble",
    9: "ParameterIsNotABool",
    10: "ParameterIsNotAnArray",
    11: "ParameterIsNotAnInteger",
    12: "UnknownValueUnit",
    13: "UnknownMetricType",
    14: "ValueUnitOrValueTypeHasToBeProvided",
    15: "UnknownSensorId",
    16: "UnknownMetricId",
    17: "NoMetricsUpdated",
    18: "ForbiddenAccess",
    19: "OutOfRange",
    20: "CertificateFormatError",
    21: "CertificateIsEmptyError",
    22: "CertificateWithoutCommonName",
    23: "DeleteMetricsFailed",
    24: "ChangeMetricsFailed",
    25: "InvalidClientName",
    26: "CreateMetricsFailed",
    27: "PushValuesFailed",
    28: "SensorNameExistsError",
}

CODES_WITH_METRICS = (23, 24, 26, 27)  # section 6, the key "metrics"

ERROR_KEYS = ("errorMessage", "errorcode", "metrics")  # section 6, spelt so

VALUE_UNITS = (  # section 5.3.1, in its order
    "SI.ElectricCurrent.AMPERE",
    "SI.DataAmount.BIT",
    "SI.Temperature.CELSIUS",
    "SI.ElectricCapacitance.FARAD",
    "SI.Mass.KILOGRAM",
    "SI.Frequency.HERTZ",
    "SI.Energy.JOULE",
    "SI.Length.METER",
    "SI.Velocity.METERS_PER_SECOND",
    "SI.AmountOfSubstance.MOLE",
    "SI.Force.NEWTON",
    "SI.ElectricResistance.OHM",
    "SI.Pressure.PASCAL",
    "SI.Angle.RADIAN",
    "SI.Duration.SECOND",
    "SI.Area.SQUARE_METRE",
    "SI.ElectricPotential.VOLT",
    "SI.Power.WATT",
    "SI.LuminousIntensity.CANDELA",
    "SI.Acceleration.METERS_PER_SQUARE_SECOND",
    "NoSI.Dimensionless.PERCENT",
    "NoSI.Dimensionless.DECIBEL",
    "NoSI.Location.LATITUDE",
    "NoSI.Location.LONGITUDE",
)

VALUE_TYPES = ("bool", "string", "double", "integer")  # section 5.3.1

DETECTED_TYPES = (  # section 5.1, what a push makes of a value; its "boolean" is "bool"
    (21.5, "double"),
    (21, "double"),
    (True, "bool"),
    ("on", "string"),
)

SENSOR_STATES = {1: "Offline", 2: "Online"}  # section 5.2.3

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"

ID_ALPHABET = LETTERS + DIGITS + "_- "  # section 5.1
ID_MAX_LENGTH = 32  # section 5.1
CREATED_ID_ALPHABET = "0123456789abcdef"  # notes: ids that the agent gives are 32 hex digits
CREATED_ID_LENGTH = 32

COMMON_NAME_ALPHABET = LETTERS + DIGITS + ".*-,@'_"  # section 4.1
