"""The one text normaliser, used for indexing and for asking, so that both sides meet.

Skills that live by their symbols or case survive: C++, C#, .NET, Node.js, CI/CD, IT, R, Go, C. Letters are
folded (Göteborg = goteborg, Ø = o). A document is stemmed in its own language; a question, too short to
tell its language, gives the stems of every language, so a word of a document always finds it.
Knows nothing of the lexicon; the words that compounds may be split into are handed in.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

LANGUAGES = {"en": "english", "sv": "swedish", "no": "norwegian", "da": "danish", "fi": "finnish", "de": "german"}

_FOLD = str.maketrans({"ø": "o", "æ": "ae", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "œ": "oe"})

# Before anything is lower-cased: what the usual word boundary would destroy. With each pattern the letters that any
# match holds, in lower case: to look for those first is many times quicker than to try the pattern.
_SYMBOLS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (sign, re.compile(pattern, flags), word)
    for sign, pattern, flags, word in (
        ("++", r"(?<![\w+])c\s?\+\+(?!\+)", re.I, " cplusplus "),
        ("#", r"(?<![\w#])c\s?#(?!\w)", re.I, " csharp "),
        ("#", r"(?<![\w#])f\s?#(?!\w)", re.I, " fsharp "),
        (".net", r"(?<![\w.])asp\.net\b", re.I, " aspnet dotnet "),
        (".net", r"(?<![\w.])\.net\b", re.I, " dotnet "),
        ("dot", r"\bdot\s?net\b", re.I, " dotnet "),
        ("js", r"\b(node|vue|next|nuxt|express|angular|react|three|d3|backbone|ember)\.?js\b", re.I, r" \1js "),
        ("cd", r"\bci\s?/\s?cd\b", re.I, " cicd "),
        ("ux", r"\bui\s?/\s?ux\b|\bux\s?/\s?ui\b", re.I, " uiux "),
        ("t-sql", r"\bt-sql\b", re.I, " tsql "),
        ("pl/sql", r"\bpl/sql\b", re.I, " plsql "),
        ("it", r"\bIT\b(?!')", 0, " informationtechnology "),
        ("r&d", r"\bR&D\b", re.I, " researchdevelopment "),
        ("a/b", r"\bA/B\b", 0, " abtest "),
    )
)
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")

_STOP = frozenset(
    """
    a an and are as at be been but by can did do does for from had has have he her his i if in into is it its me my
    of on or our she so than that the their them then they this those to was we were what when where which who will
    with would you your
    och att det som en ett den de dem är av för med på till från var har hade inte om men eller där när hur vad vem
    vilken vilket vilka jag du han hon vi ni min mitt mina din ditt dina sin sitt sina ska skulle kan kunde vid
    under över efter mot mellan genom utan inom samt så bara här denna detta dessa blir blev blivit
    og ikke jeg det er til av på som med der ikke
    ja on ei se että
    der die das und ist ein eine einer nicht mit zu im auf von dem den des
    """.split()
)
# Words that vote for a language; the commonest short words, as they are written (not folded).
_VOTES: dict[str, frozenset[str]] = {
    "en": frozenset("the and of to in for with on was is as at by an from".split()),
    "sv": frozenset("och att det som en på är av för med till den har om ett jag inte vid inom".split()),
    "no": frozenset("og det som en på er av for med til den har jeg ikke et ved innen være".split()),
    "da": frozenset("og det som en på er af for med til den har jeg ikke et ved inden være".split()),
    "fi": frozenset("ja on ei se että joka myös sekä tai olen ovat kuin".split()),
    "de": frozenset("und der die das ist ein eine mit für im auf von zu bei als".split()),
}


def fold(text: str) -> str:
    """Case and accents off: ``Göteborg`` -> ``goteborg``. Keeps every other character."""
    if text.isascii():
        return text.lower()
    # Every step folds a character whatever stands beside it, so each is folded once and remembered.
    return _NOT_ASCII.sub(_folded, text).casefold()


def _folded(match: re.Match[str]) -> str:
    return _fold_character(match.group())


@lru_cache(maxsize=20_000)
def _fold_character(character: str) -> str:
    # Twice: a compatibility form may unfold into capitals ("℡" into TEL).
    once = unicodedata.normalize("NFKD", character.casefold().translate(_FOLD))
    decomposed = unicodedata.normalize("NFKD", once.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_FOLD)


def normalise(text: str) -> str:
    """The words of a text as both sides see them, in order, one space between: the phrase form.

    No stemming, no stop words taken out. ``normalise(normalise(x)) == normalise(x)``.
    """
    return " ".join(words(text))


def words(text: str) -> list[str]:
    """``normalise`` as a list."""
    text = unicodedata.normalize("NFKC", text)
    lowered = text.lower()
    for sign, pattern, word in _SYMBOLS:
        if sign in lowered:
            text = pattern.sub(word, text)
    return _WORD.findall(fold(text))


def guess_language(text: str) -> str:
    """One of LANGUAGES, by the commonest words of the first 4,000 characters; ``en`` when nothing votes."""
    found = _WORD.findall(text[:4000].lower())
    scores = {code: sum(map(votes.__contains__, found)) for code, votes in _VOTES.items()}
    return max(scores, key=lambda code: (scores[code], code == "en"))


@lru_cache(maxsize=300_000)
def stem(word: str, language: str) -> str:
    """The folded stem. Symbol words (cplusplus) and short words stay as they are."""
    if len(word) < 4 or any(c.isdigit() for c in word):
        return word
    return str(_stemmer(language).stemWord(word))


@lru_cache(maxsize=len(LANGUAGES))
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(LANGUAGES.get(language, "english"))


def tokens(text: str, language: str | None = None, compounds: frozenset[str] = frozenset()) -> list[str]:
    """A document's words for BM25, in order, repeats kept: stop words out, stemmed, parts of compounds added.

    language: ISO code; guessed when None. compounds: folded words that a longer word may be split into.
    """
    spoken = language if language in LANGUAGES else guess_language(text)
    found: list[str] = []
    for word in words(text):
        if word in _STOP_FOLDED:
            continue
        found.append(stem(word, spoken))
        if compounds and len(word) >= 8:
            found.extend(stem(part, spoken) for part in split_compound(word, compounds))
    return found


def query_tokens(text: str, compounds: frozenset[str] = frozenset()) -> list[str]:
    """A question's words for BM25: each word's stem in every language, each once."""
    found: dict[str, None] = {}
    for word in words(text):
        if word in _STOP_FOLDED:
            continue
        pieces = [word, *(split_compound(word, compounds) if compounds and len(word) >= 8 else ())]
        for piece in pieces:
            for language in LANGUAGES:
                found[stem(piece, language)] = None
    return list(found)


def split_compound(word: str, known: frozenset[str]) -> list[str]:
    """``sjukskoterskeansvarig`` -> its known parts, when a whole split exists; else []. Joining s, e allowed."""
    return list(_split(word, known))


@lru_cache(maxsize=100_000)
def _split(word: str, known: frozenset[str]) -> tuple[str, ...]:
    for cut in range(4, len(word) - 3):
        head, tail = word[:cut], word[cut:]
        if tail in known and _known_head(head, known):
            return _known_head(head, known), tail
    return ()


def _known_head(head: str, known: frozenset[str]) -> str:
    for form in (head, head[:-1] if head.endswith(("s", "e", "o", "u")) else "", head + "a", head + "e"):
        if len(form) >= 4 and form in known:
            return form
    return ""


def is_stop_word(word: str) -> bool:
    return fold(word) in _STOP_FOLDED


_STOP_FOLDED = frozenset(fold(word) for word in _STOP)
