"""What most people who labelled a frame agree on, in three ways, each with how sure it is and what it is made of."""

from loopviz.crowd.quality.consensus.methods import METHODS, Consensus, Method, consensus_of

__all__ = ["METHODS", "Consensus", "Method", "consensus_of"]
