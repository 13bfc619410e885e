"""Endings of host names that mail programs turn into links although no `https://` stands before them."""

from __future__ import annotations

from typing import Final

# Every country code in use.
_COUNTRIES: Final = """
ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg
ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh
gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr
kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf
ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl
sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu
wf ws ye yt za zm zw
"""

# Of the others, over a thousand, those that are old, large, or known for abuse.
_OTHERS: Final = """
aero app art asia autos baby beauty best bid bio biz blog bond boats buzz cab cam camp cash cat center cfd chat church
click cloud club codes com company coop cyou date dev digital direct download edu email events exchange expert
express faith fit fun fund fyi games gdn gift global gold group guru hair help homes host hosting icu inc info ink int
jobs kim land lat life link live llc loan lol ltd makeup market media men mobi mom monster mov museum name net network
news ninja one online ooo org page party pet photo pics plus post press pro pub quest racing realtor red rent rest
review reviews rip rocks run sale sbs school science security services sex shop show site skin social software solutions
space store stream studio style support surf systems team tech technology tel tips today tokyo tools top town trade
travel university uno video vip wang watch web website wiki win work works world wtf xin xxx xyz yachts zip zone
"""

LINK_ENDINGS: Final = frozenset(_COUNTRIES.split()) | frozenset(_OTHERS.split())
