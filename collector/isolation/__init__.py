"""Runs sources in processes of their own, so that nothing they do can harm the collector.

    sampling ──> IsolatedSource ──> Worker ══ channel ══> worker ──> Host ──> the plugin's source
                 (a Source)         asks and limits it      ^
                                        │                   │ forks, ends and reaps
                                        └── ForkServer ══ forking (a fresh interpreter, one thread)

Sampling sees a `Source` like any other: schedules, links, deadlines and pauses stay as they are.
Sources of one kind on one link share one worker, as they may share an object such as a bus.
What crosses the socket is JSON and nothing else; the collector makes no object that a worker names.

The worker imports only its plugin. It inherits no file but the channel and its output, which goes
to the log; its environment holds no secrets, and it ends with the collector, however that ends.

`collector.isolation.workers.Workers` puts it together.
"""
