"""Model: any chat model in any seat.

What a model says is never trusted with more than its task: an empty or unfitting reply is a
failure, not a value.
"""

from mhsim.players.model.player import ModelPlayer as ModelPlayer
from mhsim.players.model.player import part as part
from mhsim.players.model.player import seat as seat
