"""Decide whether distress is voiced as this person would voice it; no model needed.

An utterance is *flattened* when it carries distress in an unlicensed calque, in therapy-speak, as
a checklist, as a stock metaphor without particulars, or as exposition of the speaker's culture;
*caricature* when idioms or props are stacked or a group's rules are recited; *grounded* when it is
told in a form this person could use, idiom or not; *neutral* without distress. Quoted, ironic and
licensed use passes. What somebody is licensed to say belongs to the person, never to the locale.
"""

from mhsim.critic.finding import CultureVerdict, Finding, Flag
from mhsim.critic.speaker import Speaker
from mhsim.critic.text import TextCritic

__all__ = ["CultureVerdict", "Finding", "Flag", "Speaker", "TextCritic"]
