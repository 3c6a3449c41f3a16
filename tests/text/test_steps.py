"""Each cleaning step on its own: what it changes and, as important, what it leaves alone."""

from __future__ import annotations

from functools import partial

import pytest

from ner.text.aligned import AlignedText, Step
from ner.text.characters import character_edits, doubled_punctuation_edits
from ner.text.glosses import gloss_edits
from ner.text.lines import line_end_edits
from ner.text.markup import markup_edits
from ner.text.numbers import number_edits
from ner.text.script import simplified_edits


def apply(step: Step, raw: str) -> AlignedText:
    return AlignedText.of(raw).apply(step(raw))


CASES: list[tuple[Step, str, str]] = [
    (line_end_edits, "一\r\n二\r三\u2028四\x0b五\n六", "一\n二\n三\n四\n五\n六"),
    (markup_edits, "&ldquo;好&rdquo;&nbsp;&#22909;&#x597d;", "“好”\xa0好好"),
    (markup_edits, "“好?rdquo;他说?/span>，完", "“好”他说，完"),
    (markup_edits, "甲<br/>乙<span class='x'>丙</span><p>丁</p>", "甲\n乙丙\n丁\n"),
    (markup_edits, "前<script>var a='<b>';</script>后<!-- 注 -->完", "前后完"),
    (markup_edits, "县<o:p></o:p><st1:place w:st='on'>城</st1:place>", "县城"),
    (markup_edits, "一&#13;\n二&#13;&#10;三&#x0D;四", "一\n二\n三\n四"),
    (markup_edits, '?span style="color:red">红', "红"),
    (markup_edits, "AT&T 3<5 a>b 吗?b;好 &unknown; R&D", "AT&T 3<5 a>b 吗?b;好 &unknown; R&D"),
    (character_edits, "\ufeff２０２４年，Ａ类\xa0\u3000零\u200b宽\xad\ue0015㎡", "2024年,A类  零宽5m2"),
    (character_edits, "\u2f00\u2f24\u2ed3路", "一大\u2ed3路"),
    (character_edits, "…—“”《》²½", "…—“”《》²½"),
    (doubled_punctuation_edits, "好，，真好。。。完……——!!", "好，真好。完……——!!"),
    (gloss_edits, "項(xiàng)目會(huì )長(cháng)", "項目會長"),
    (gloss_edits, "5000萬(wàn)元，2.56萬(wàn )人", "5000萬元，2.56萬人"),
    (gloss_edits, "的(de)了(le)，應用(app)，安(an)", "的了，應用(app)，安"),
    (gloss_edits, "咖啡(café)屋(wū)，熊(xió\n下", "咖啡(café)屋，熊\n下"),
    (gloss_edits, "某社区(村)、路(法院段)、網(5G)、病(DRG)、(一)", "某社区(村)、路(法院段)、網(5G)、病(DRG)、(一)"),
    (gloss_edits, "項(xiàng)目對接)?\n下一行", "項目對接\n下一行"),
    (gloss_edits, "項(xiàng)目長(chá\n下", "項目長\n下"),
    (gloss_edits, "没有注音的文章(记者某)\n第二段(见上)", "没有注音的文章(记者某)\n第二段(见上)"),
    (gloss_edits, "項(xiàng)目（一期\n和二期）", "項目（一期\n和二期）"),
    (simplified_edits, "為民辦實事項目，臺灣", "为民办实事项目，台湾"),
    (number_edits, "17 198户、1 234 567人", "17198户、1234567人"),
    (number_edits, "5.53 亿元，12 件", "5.53亿元，12件"),
    (
        number_edits,
        "全县今年一共改造农村危旧房屋12\n345户，涉及十九个乡镇和街道办事处",
        "全县今年一共改造农村危旧房屋12345户，涉及十九个乡镇和街道办事处",
    ),
    (
        number_edits,
        "有意者请在工作日拨打服务电话87654321\n32户居民已经领到了新房的钥匙，明年还有一批",
        "有意者请在工作日拨打服务电话87654321\n32户居民已经领到了新房的钥匙，明年还有一批",
    ),
    (number_edits, "幼儿园\n12\n345\n学校\n8", "幼儿园\n12\n345\n学校\n8"),
    (number_edits, "2022 2023 年报，电话 0591 123，2024 2172个", "2022 2023年报，电话 0591 123，2024 2172个"),
]


@pytest.mark.parametrize(("step", "raw", "clean"), CASES, ids=lambda value: None if callable(value) else value[:12])
def test_step(step: Step, raw: str, clean: str) -> None:
    assert apply(step, raw).text == clean


def test_gloss_belongs_to_the_character_before_it() -> None:
    raw = "辦實事五項(xiàng)目41個(gè)"
    aligned = apply(gloss_edits, raw)
    assert aligned.text == "辦實事五項目41個"
    places = {aligned.text[i]: raw[aligned.starts[i] : aligned.ends[i]] for i in range(len(aligned.text))}
    assert places["項"] == "項(xiàng)"
    assert places["目"] == "目"
    assert raw[slice(*aligned.raw_range(6, 9))] == "41個(gè)"


def test_conversion_that_changes_length_keeps_addresses() -> None:
    raw = "在網際網路上看部落格，再坐計程車回家"
    aligned = apply(partial(simplified_edits, conversion="tw2sp"), raw)
    assert len(aligned.text) != len(raw)
    place = aligned.text.index("回家")
    start, end = aligned.raw_range(place, place + 2)
    assert raw[start:end] == "回家"
    place = aligned.text.index("出租车")
    start, end = aligned.raw_range(place, place + 3)
    assert raw[start:end] == "計程車"


def test_unknown_conversion_is_refused() -> None:
    with pytest.raises(ValueError, match="t2x"):
        list(simplified_edits("字", "t2x"))
