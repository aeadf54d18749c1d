"""Reads sources on schedules, checks and stamps what they give, and hands it on.

    Schedule --tick--> LinkWorker --> Sampler --guarded--> Source     (or Listener)
                                         |
                                  Intake: checked, counted, stamped
                                         |
                            Outlet, or first a Meeting of the sources of one sensor
                                         v
                                 accept(StampedReading)

`collector.sampling.engine.Sampling` puts it together.
"""
