"""Page chrome: what a web page wraps around an article, found line by line and left out.

Works on cleaned, simplified text with half-width punctuation. A line goes if a pattern names it, if it stands above
the site's navigation, or if it follows a tail marker with no paragraph of running text after it. The headline and
every paragraph of running text stay unless a pattern matches the whole line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ner.text.aligned import Edit

_DATE = r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}日?"
_TIME = r"(?: ?\d{1,2}:\d\d(?::\d\d)?)?"
_LABEL = (
    r"(?:(?:发布|更新|发表|发稿)?(?:时间|日期)|(?:信息|文章)?来源|稿源|作者|编辑|责编|责任编辑|审核|校对|监制|"
    r"浏览(?:次数|量)?|点击数?|阅读量?|字号|字体|分享|打印)"
)
_DESK = r"(?:责任编辑|责编|编辑|[一二三初复终]审|值班总监|编审)"
_SHARE = r"(?:微信|朋友圈|新浪微博|微博|qq空间|qq好友|qq|腾讯微博|豆瓣|人人网|复制链接|打印|更多|收藏|\d+)"
_SECTION = r"(?:首页|要闻|时政|新闻|财经|体育|娱乐|房产|视频|图片|专题|论坛|登录|注册)"
_ABOUT = (
    r"(?:关于我们|联系我们|联系方式|网站声明|版权声明|免责声明|广告服务|招聘信息|网站地图|隐私政策|友情链接|合作伙伴|"
    r"投稿须知)"
)
_MORE_NEWS = (
    r"(?:相关(?:新闻|阅读|链接|报道|文章|推荐)|推荐阅读|延伸阅读|热门(?:新闻|推荐|文章)|热点(?:新闻|推荐)|猜你喜欢|"
    r"更多(?:新闻|精彩|内容)|最新(?:新闻|文章|资讯)|新闻排行|点击排行|图片新闻|精彩推荐|往期回顾|视频推荐|今日热点)"
)
_COMMENTS = (
    r"(?:网友(?:参与)?评论|网友点评|我要(?:评论|点评)|发表评论|发表了评论|参与评论|查看评论|网友跟帖|评论区|"
    r"暂无评论|已有评论|登录后(?:才?可以?|才能)?(?:评论|留言)|文明上网,? ?(?:理性|登录|评论|跟帖).{0,20})"
)

#: For each kind of chrome, patterns of which one must match a whole line (stripped, case ignored).
PATTERNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("crawl prefix", (rf"date:? ?{_DATE}{_TIME}",)),
    ("comments", (rf".{{0,20}}{_COMMENTS}.{{0,60}}", r"(?:共|全部|查看|已有|有)? ?\d* ?条(?:网友)?评论.{0,20}")),
    (
        "related news",
        (
            r"(?:上|下)一(?:篇|条|页)(?:新闻|文章)?[:>].{0,120}",
            rf"{_MORE_NEWS}[:>]{{0,3}}(?:更多)?(?:>>)?",
            r"查看更多.{0,10}(?:>>.{0,40})?",
        ),
    ),
    (
        "bread crumbs",
        (
            r"(?:您?(?:现在|当前|所在)?的?(?:位置|在的位置)|当前位置)[:>].{0,80}",
            r"[^。!?<]{1,20}(?: ?(?:>>?|»|›) ?[^。!?<>]{1,40}){2,6}",
            r"[^。!?<,%\d]{1,20} ?(?:>>?|»|›) ?[^。!?<>,%\d]{1,40}",
            r"首页(?: ?[>»›/|-] ?[^。]{1,20}){1,6}",
        ),
    ),
    (
        "navigation",
        (
            r"(?:网站|返回)?首页|新闻中心|设为首页|加入收藏|快捷导航|(?:站内)?搜索|返回列表|返回顶部|快速回复",
            r"找回密码|(?:立即|免费)?注册|登录(?:注册)?|(?:qq|微信)登录|只需一步,快速开始|(?:切换到宽版 ?)?开启左侧",
            r"打开微信,?(?:扫|点击|搜).{0,18}|手机版|无障碍(?:浏览|阅读)?|长者模式",
            r"[- ]{0,2}(?:进入.{2,8}频道.{0,8}|.{0,10}频道推荐|一周热点新闻|最新图文|最新.{2,4}新闻.{0,8})",
            rf"{_SECTION}(?:[ |·]{{1,3}}[^ |·,。:]{{2,6}}){{2,}}",
        ),
    ),
    (
        "info bar",
        (
            rf"{_LABEL} ?[:/](?!.*(?:[元%]|惠及)).{{0,60}}",
            rf"\S{{2,20}}(?:网|报|台|社|中心|客户端|公众号) +{_DATE}{_TIME}(?! ?[电讯])[^,。;!?]{{0,40}}",
            rf"{_DATE}{_TIME}",
            rf"{_DATE}{_TIME} {{0,4}}(?:{_LABEL}|[^\s,。:;!?“”]{{2,10}}(?:网|报|台|社|客户端)(?=[: ]|$))"
            r"[: ]?[^,。;!?]{0,40}",
            r"字(?:号|体) ?:?.{0,3}[大中小](?: ?[|/]? ?[大中小]){1,2}.{0,20}",
            r"[\[(【]?(?:大 中 小|打印(?:本页)?|关闭(?:窗口)?|收藏)[\])】]?",
            r"[\[(【]?(?:打印|收藏|关闭)(?:[\])】 |]{1,3}[\[(【]?(?:打印|关闭|收藏).{0,2}){1,3}[\])】]?",
            rf"[\[(【]?{_DESK}[:/ ].{{1,60}}[\])】]?",
            r"(?:原标题|原题|关键词|关键字|标签|tags?|导读|声明)[:】].{0,120}",
        ),
    ),
    (
        "share bar",
        (
            rf"(?:分享到|分享至|一键分享|分享|转发到)[: ]?(?:[ |/]?{_SHARE}){{0,10}}",
            rf"(?=.*[^\d |]){_SHARE}(?:[ |]+{_SHARE}){{1,8}}",
            r"扫一扫.{0,30}(?:分享|阅读|关注|打开).{0,20}|长按.{0,12}二维码.{0,12}",
            r"点赞|收藏 ?\d*|赞 ?\(?\d*\)?",
        ),
    ),
    (
        "forum chrome",
        (
            rf"\[?复制链接\]?|.{{0,20}}发表于 ?{_DATE}{_TIME}.{{0,60}}|本帖最后由.{{0,60}}编辑",
            r".{0,20}显示全部楼层.{0,20}|.{0,8}\|阅读模式|查看: ?\d+ ?\|? ?回复: ?\d+|(?:本版)?积分规则.{0,20}",
            r"您需要登录后才可以.{0,20}|.{0,6}推荐上一条.{0,30}|上一条 ?/\d+ ?下一条",
            r"小黑屋.{0,80}|.{0,20}archiver.{0,80}",
            r"gmt ?[+-]\d.{0,120}|powered by .{0,40}|楼主|只看该作者|电梯直达|倒序浏览|使用道具 ?举报|举报|回复",
            r"收藏 ?\d* ?分享 ?\d*.{0,20}",
        ),
    ),
    (
        "footer",
        (
            r".{0,60}icp ?(?:备|证).{0,60}|.{0,60}公网安备.{0,40}|网站标识码.{0,40}",
            r".{0,20}(?:©|\(c\) ?(?:19|20)\d\d|copyright).{0,120}|.{0,20}all rights? reserved.{0,40}",
            r".{0,40}版权所有.{0,80}",
            rf"{_ABOUT}(?: ?[|·-]? ?{_ABOUT})*",
            r"(?:主办|承办|主管|技术支持)(?:单位)?:.{0,60}|(?:凡本网|本网站?)(?:注明|转载).{0,300}",
            r".{0,30}违法和不良信息举报.{0,60}|增值电信业务.{0,60}|互联网新闻信息服务许可证.{0,60}",
        ),
    ),
    (
        "related news",
        (
            rf"[-·•■□▪◆*\[][-·•■□▪◆*\[ ]{{0,2}}[^。]{{4,60}}[ \[(]{{0,3}}{_DATE}{_TIME}[\])]?",
            rf"[^。]{{4,60}}(?:[ \[(]{{1,3}}{_DATE}|(?=\d{{4}}[-/.]){_DATE}){_TIME}[\])]?",
        ),
    ),
    ("rest of a list", (r"[-·•■|>»*=_~]{1,80}",)),
)

_RULES = tuple((kind, re.compile(rf"(?:{'|'.join(patterns)})$", re.IGNORECASE)) for kind, patterns in PATTERNS)

#: Kinds after which the page holds no article any more.
_TAIL = {"forum chrome", "footer", "related news", "comments"}
_TAIL_INFO = re.compile(rf"[\[(【]?{_DESK}[:/ ]")
#: Kinds whose lines may be as long as running text.
_EVEN_LONG = {"footer", "info bar", "forum chrome"}
_SITE_HEAD = {"bread crumbs", "navigation"}
_TABS = re.compile(r"\S{2,8}(?:[ |]{1,4}\S{2,8}){3,}$")
_JUNK = re.compile(r"(?:(?<=[\u3400-\u9fff。,!?;:”’)])|(?<=\n)|\A) ?[!-~](?:[ !-~]{4,40})(?=\n|\Z)")
_COPY_MINIMUM = 120


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int  # the newline excluded
    text: str

    @property
    def is_prose(self) -> bool:
        """Running text: long, or a full sentence of some length."""
        return len(self.text) >= 60 or (len(self.text) >= 24 and bool(re.search(r"[。!?;][”’)]?", self.text)))


def chrome_edits(text: str) -> Iterator[Edit]:
    """Delete chrome lines (with their newline), anti-copy junk and a second copy of the article."""
    lines = [_Line(m.start(), m.end(), m[0].strip()) for m in re.finditer(r"[^\n]+", text)]
    kinds = _line_kinds([line for line in lines if line.text])
    junk = list(_junk_ranges(text)) if "forum chrome" in kinds.values() else []
    for line in lines:
        if kind := kinds.get(line.start):
            yield Edit(line.start, min(line.end + 1, len(text)), "", kind)
        else:
            for start, end in junk:
                if line.start <= start < line.end:
                    yield Edit(start, end, "", "anti-copy junk")


def _line_kinds(lines: list[_Line]) -> dict[int, str]:
    """The kind of each chrome line, by the offset of the line."""
    kinds = {line.start: kind for line in lines if (kind := _rule(line))}
    prose = [index for index, line in enumerate(lines) if line.is_prose and line.start not in kinds]
    if prose:  # else nothing tells where the article begins and ends: a list of short lines is one, too
        _mark_head(lines[: prose[0]], kinds)
        _mark_tail(lines[prose[-1] + 1 :], kinds)
    _mark_copy(lines, kinds)
    return kinds


def _rule(line: _Line) -> str | None:
    if len(line.text) > 400:
        return None
    for kind, pattern in _RULES:
        if pattern.match(line.text):
            return kind if kind in _EVEN_LONG or not line.is_prose else None
    return None


def _mark_head(head: list[_Line], kinds: dict[int, str]) -> None:
    """Above the last navigation line before the article stand the site's name and tabs, never the headline."""
    site = [index for index, line in enumerate(head) if kinds.get(line.start) in _SITE_HEAD]
    for line in head[: site[-1]] if site else []:
        kinds.setdefault(line.start, "navigation")
    for line in head:
        if line.start not in kinds and _TABS.match(line.text) and not re.search(r"[,。:!?“”、0-9]", line.text):
            kinds[line.start] = "navigation"


def _mark_tail(tail: list[_Line], kinds: dict[int, str]) -> None:
    """After the last paragraph: from the first marker on, everything."""
    for index, line in enumerate(tail):
        if kinds.get(line.start) in _TAIL or _TAIL_INFO.match(line.text):
            for rest in tail[index:]:
                kinds.setdefault(rest.start, "related news")
            return


def _mark_copy(lines: list[_Line], kinds: dict[int, str]) -> None:
    """The same article twice: a run of lines that repeats an earlier run, word for word, goes."""
    body = [line for line in lines if line.start not in kinds]
    seen: dict[str, int] = {}
    index = 0
    while index < len(body):
        earlier = seen.get(body[index].text)
        length = 0
        if earlier is not None:
            while (
                index + length < len(body)
                and earlier + length < index
                and body[earlier + length].text == body[index + length].text
            ):
                length += 1
        run = body[index : index + length]
        if sum(line.is_prose for line in run) >= 2 and sum(len(line.text) for line in run) >= _COPY_MINIMUM:
            for line in run:
                kinds[line.start] = "second copy"
            index += length
        else:
            seen.setdefault(body[index].text, index)
            index += 1


def _junk_ranges(text: str) -> Iterator[tuple[int, int]]:
    """Discuz scatters runs of random ASCII at line ends: odd signs between scraps of letters, and never a word."""
    for match in _JUNK.finditer(text):
        signs = re.findall(r"[^A-Za-z0-9 .,%()/:+~-]", match[0])
        scraps = match[0].split()
        if signs and len(scraps) > 1 and not re.search(r"[a-z]{4}|[A-Z]{4}|[0-9]{5}", match[0]):
            yield match.span()
