"""Chat models behind one door: a request goes in, a reply comes out, nothing is made up.

Knows nothing of roles, graphs and trials. `Pool` gives a `Connection` for each model a scenario
names; a `Client` speaks one protocol. What a reply means is the seat's business (`players.model`).
"""

from mhsim.chat.books import Books as Books
from mhsim.chat.books import Terms as Terms
from mhsim.chat.connection import Connection as Connection
from mhsim.chat.connection import ConnectionState as ConnectionState
from mhsim.chat.pool import Pool as Pool
from mhsim.chat.pool import afford as afford
from mhsim.chat.purse import Spending as Spending
from mhsim.chat.request import ChatError as ChatError
from mhsim.chat.request import Client as Client
from mhsim.chat.request import Message as Message
from mhsim.chat.request import Mode as Mode
from mhsim.chat.request import Reply as Reply
from mhsim.chat.request import Request as Request
