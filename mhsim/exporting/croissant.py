"""Croissant 1.0 metadata of a dataset folder, so that tools find and load its tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import mhsim
from mhsim.exporting.card import imported, languages, name
from mhsim.exporting.order import Order

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

_FIELDS: dict[str, dict[str, tuple[str, str]]] = {
    "utterances": {
        "conversation": ("sc:Text", "The conversation's id."),
        "place": ("sc:Integer", "Place of the utterance in it, from 0."),
        "turn": ("sc:Integer", "The exchange it belongs to, from 1."),
        "role": ("sc:Text", "patient or therapist."),
        "text": ("sc:Text", "What was said."),
        "arm": ("sc:Text", "The treatment."),
        "locale": ("sc:Text", "BCP-47 tag of language and region."),
        "patient": ("sc:Text", "Who the patient is, across arms and locales."),
        "risk": ("sc:Text", "How the patient speaks of death or self-harm; empty for others."),
    },
    "conversations": {
        "trial": ("sc:Text", "The conversation's id."),
        "arm": ("sc:Text", "The treatment."),
        "locale": ("sc:Text", "BCP-47 tag of language and region."),
        "patient": ("sc:Text", "Who the patient is, across arms and locales."),
        "replicate": ("sc:Integer", "Which repetition, from 1."),
        "synthetic": ("sc:Boolean", "Whether every word was made by a simulation."),
        "turns": ("sc:Integer", "How many exchanges it has."),
        "ended": ("sc:Text", "Why it ended."),
    },
}
"""Table to column, its type, and what it holds; lists inside records are described in the card."""


def croissant(order: Order, sums: dict[str, str]) -> dict[str, Any]:
    """Return the metadata.

    Args:
        order: the export.
        sums: sha256 of each table's file by its name.
    """
    called = name(order)
    licence = "https://creativecommons.org/licenses/by/4.0/"
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": called,
        "description": order.run.plan.scenario.about or f"Conversations of {called}.",
        "version": "1.0.0",
        "datePublished": datetime.now(UTC).date().isoformat(),
        "license": "see the source" if imported(order) else licence,
        "url": f"https://example.org/{called}",
        "citeAs": f"{called}, made with mhsim {mhsim.__version__}, plan {order.run.plan.hash[:12]}",
        "creator": {"@type": "Organization", "name": "write who publishes it here"},
        "inLanguage": languages(order),
        "keywords": ["mental health", "dialogue", "imported" if imported(order) else "synthetic"],
        "distribution": [_file(table, sums[f"{table}.jsonl"]) for table in _FIELDS],
        "recordSet": [_records(table) for table in _FIELDS],
    }


def _file(table: str, sha256: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": f"{table}.jsonl",
        "name": f"{table}.jsonl",
        "contentUrl": f"data/{table}.jsonl",
        "encodingFormat": "application/jsonlines",
        "sha256": sha256,
    }


def _records(table: str) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table,
        "name": table,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{table}/{column}",
                "name": column,
                "description": said,
                "dataType": kind,
                "source": {"fileObject": {"@id": f"{table}.jsonl"}, "extract": {"column": column}},
            }
            for column, (kind, said) in _FIELDS[table].items()
        ],
    }
