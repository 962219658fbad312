"""Words around skills in CV lists: praise, levels, soft skills, and words that name no skill by themselves."""

from __future__ import annotations

import re

PRAISE = re.compile(
    r"(?:(?:highly|very|extremely|extensive(?:ly)?|excellent|superior|strong|solid|proven|broad|deep|thorough|advanced|basic|"
    r"exceptional|outstanding|good|great|some|working|hands[- ]on|sound|expert(?: in| with| at)?|in[- ]depth|adept(?: at| in)?|"
    r"proficien(?:t|cy)(?: in| with| at| using)?|skilled(?: in| with| at)?|experienced?(?: in| with| using| as)?|"
    r"knowledge(?:able)?(?: of| in| about)?|familiar(?:ity)?(?: with)?|expertise(?: in| with)?|competen(?:t|cy)(?: in| with)?|specialized training in|accomplished in|"
    r"trained(?: in| to)?|practiced in|understanding of|fluent (?:in|with)|ability to|able to|"
    r"background in|use of|including|and|with|of|in|god|goda|mycket|vana vid|van vid|erfarenhet av|kunskaper? i(?:nom)?)"
    r"(?:[\s\v]+|$))+",
    re.I,
)
TRAILING = re.compile(
    r"[\s\v]+(?:[-–—(]?\s*\d+\+?\s*(?:years?|yrs?|år).*|(?:skills?|abilit(?:y|ies)|experience|expertise|knowledge|familiarity|"
    r"background|aptitude|mastery|proficien(?:t|cy)|beginner|intermediate|advanced|expert|savvy|and|including|with)"
    r"(?:\s*\([^)]*\)?)?)$",
    re.I,
)
SOFT = re.compile(
    r"(?<!\w)(?:excellent|strong|effective|proven|great|good|superior|exceptional|outstanding|able|ability|skilled in|"
    r"team ?player|team-oriented|team ?work|team ?building|team leadership|leadership|leader|self|self[- ]\w+|detail\w*|"
    r"results?[- ]\w+|motivated|organized|organised|organizational|organization|organisation|organizing|"
    r"communicat\w*|interpersonal|hard ?work\w*|work ethics?|fast learner|quick learner|reliable|dependable|punctual\w*|"
    r"flexib\w*|creative|creativity|energetic|enthusias\w*|friendly|positive|professional(?:ism)?|dedicat\w*|driven|"
    r"multi-?[ ]?task\w*|time[- ]management|problem[- ]solv\w*|critical[- ]think\w*|attention to|under pressure|oriented|"
    r"listen\w*|personable|personality|adaptab\w*|resourceful|proactive|passionate|meticulous|efficien\w*|trustworthy|"
    r"honest|goal|initiative|mindset|forward[- ]thinking|public speaking|present(?:ing|ations?)|decision[- ]making|"
    r"conflict resolution|people skills|collaborat\w*|confident|patient|extroverted|thinker|learn(?:er|ing) quickly|"
    r"noggrann|driven|social|flexibel|ansvarsfull|lagspelare|stresstålig|självgående|prestigelös|positiv|engagerad)(?!\w)",
    re.I,
)
PROSE = re.compile(
    r"(?<!\w)(?:i|my|his|her|is|are|was|were|to|by|that|which|who|over|from|their|our|can|will|under|inside|while|due|an?|"
    r"based|others?|was|har|som|att|är|min|mitt|hade|till)(?!\w)",
    re.I,
)
"""Words of sentences: an item that has one is no skill as it stands, though it may name some."""
GENERIC = frozenset(
    item.strip()
    for item in """
    access|active|administrative|agency|approach|architect|basic|benefit|book|business|cables|ca|charts|client|clients|
    closing|com|company|computer|computers|computer skills|concept|content|contract|conversion|copier|copiers|copy|copying|
    copy machine|credit|customer|customers|delivery|development|diagnosis|direct|directing|direction|director|directory|
    e mail|edge|email|emails|enterprise|environment|fast|fax|faxing|fax machine|focus|forms|functional|funds|futures|
    government|hardware|health|home|human|image|increase|information|informationtechnology|instruction|integration|internet|
    journal|layout|legal|letters|local|logic|machine|mail|managing|manner|market|materials|meetings|money|monitors|network|
    networks|newspapers|office|oil|operations|pc|people|personnel|phone|phones|pick|policies|press|printer|printers|process|
    processes|profit|progress|project|projects|prompt|quality|quick|radio|receiving|recording|regulatory|resource|rules|
    scanners|schedules|scientific|scripts|self|seminars|server|servers|setup|sound|speaker|standard|strategic|strategy|
    tables|takes|technical|technician|telephone|telephones|transmission|type|unique|utilities|video|view|website|websites|
    win|works|workshops|workstations|written|year end|years experience|award|neat|office equipment|computer proficient|
    computer literate|maintenance|leader|profile|references|driver|drivers license|drivers licence|korkort|dator|telefon
    """.split("|")
)
"""Normalised items that alone say nothing a recruiter would search for."""
