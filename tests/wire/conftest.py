from hypothesis import settings

# A busy machine is no failure; what takes too long is caught by the limit of each test.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
