"""A run as tables: typed rows, one per unit, missing as null."""

from mhsim.measure.tables.kept import Tables, tables
from mhsim.measure.tables.parquet import write
from mhsim.measure.tables.rows import (
    Call,
    Comparison,
    Conversation,
    Flag,
    Item,
    Judgement,
    RiskFound,
    Row,
    Turn,
)

__all__ = [
    "Call",
    "Comparison",
    "Conversation",
    "Flag",
    "Item",
    "Judgement",
    "RiskFound",
    "Row",
    "Tables",
    "Turn",
    "tables",
    "write",
]
