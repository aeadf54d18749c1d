"""What a worker tells of its source before it runs, and what is no such thing."""

import pytest
from sampling_rig import Scripted

from collector.isolation.channel import BadMessageError
from collector.isolation.description import description_data, description_of
from collector.plugin.resources import Resources


class Touching(Scripted):
    touched = None

    @property
    def resources(self):
        return self.touched


def told(resources):
    source = Touching()
    source.touched = resources
    return description_data(source)


def test_a_source_may_say_nothing_of_what_it_touches():
    assert description_of(told(None)).resources is None


def test_what_it_touches_crosses_the_border_unchanged():
    touched = Resources(devices=("/dev/a",), hosts=("h",), files=("/f",), modules=("m",))

    assert touched == description_of(told(touched)).resources


def test_resources_of_another_type_are_a_fault_of_the_plugin():
    with pytest.raises(TypeError, match="must be Resources, not a list"):
        told(["/dev/a"])


@pytest.mark.parametrize(
    "resources", [[], {"devices": []}, {"devices": "x", "hosts": [], "files": [], "modules": [1]}]
)
def test_what_is_no_resources_is_refused(resources):
    with pytest.raises(BadMessageError):
        description_of({**told(None), "resources": resources})
