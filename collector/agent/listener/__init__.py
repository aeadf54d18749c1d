"""The agent's own MQTT broker: only as much of one as the contract needs.

What clients publish goes to the service alone; what the service publishes goes to the subscribers.
"""

from collector.agent.listener.limits import Limits
from collector.agent.listener.server import MqttListener

__all__ = ["Limits", "MqttListener"]
