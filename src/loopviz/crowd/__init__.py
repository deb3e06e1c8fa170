"""The thinkers about people: who they are on screen, and (to come) what their work cost and came to."""

from loopviz.crowd.identity.apply import Identity, apply_identity

__all__ = ["Identity", "apply_identity"]
