"""Words that take back what stands beside them: denied, supposed, past, or somebody else's words."""

from __future__ import annotations

import re

_DENIED = (
    r"no|not|cannot|never|none|nobody|neither|nor|without|false|untrue|wrong|mistaken|den(?:y|ies|ied)|"
    r"stopped|stops|quit|refused|refuses|\w+n['’]t"
)
_SUPPOSED = (
    r"if|whether|unless|maybe|perhaps|might|could|would|should|possibly|probably|suppose[ds]?|imagin\w+|"
    r"wish(?:es|ed)?|hop(?:e|es|ed|ing)|plan(?:s|ned|ning)?|consider(?:s|ed|ing)?|want(?:s|ed)?|almost|nearly|"
    r"pretend(?:s|ed)?|doubt(?:s|ed)?|dream(?:s|ed|t)?|likely|unsure|uncertain"
)
_QUOTED = (
    r"sa(?:y|ys|id|ying)|t(?:ell|ells|old)|claim(?:s|ed)?|according|reported(?:ly)?|alleged(?:ly)?|hear(?:s|d)?|"
    r"rumou?r(?:s|ed)?|believ(?:e|es|ed)|think(?:s|ing)?|thought|ask(?:s|ed)?|reckon(?:s|ed)?|"
    r"guess(?:es|ed)?(?! what)|insist(?:s|ed)?|quot(?:e|es|ed)|assum(?:e|es|ed)|mention(?:s|ed)?|wrote|writes"
)
_PAST = (
    r"was|were|been|used to|formerly|previous(?:ly)?|former|once|until|before|old|earlier|"
    r"past|ago|any ?more|longer|instead|rather|than"
)
_MARKS = '"“”'


def _words(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)


_ANY_MODE = _words(_DENIED, _SUPPOSED, _QUOTED)
_OF_THE_PAST = _words(_PAST)
_MAY = re.compile(r"\bmay\b")
"""The verb; the month has a capital."""


def taken_back(text: str) -> bool:
    """Whether something in ``text`` denies, supposes or quotes what stands beside it."""
    return bool(_ANY_MODE.search(text) or _MAY.search(text)) or any(mark in text for mark in _MARKS)


def of_the_past(text: str) -> bool:
    """Whether ``text`` speaks of what may no longer hold."""
    return bool(_OF_THE_PAST.search(text))
