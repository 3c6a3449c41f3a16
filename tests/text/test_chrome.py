"""Page chrome: what goes, what stays, on our own seeds and on lines that only look like chrome."""

from __future__ import annotations

from pathlib import Path

import pytest

from ner.text.cleaner import Cleaner, CleaningSettings, CleanText

ROOT = Path(__file__).resolve().parents[2]
BODY = "今年，松溪县建成公办幼儿园十二所，新增学位三千六百个，其中八所已经开园。"
MORE = "“过去送孩子要走半个小时，现在下楼就到。”家住城东的李女士说，园里的饭菜也合孩子口味。"


def clean(raw: str) -> CleanText:
    return Cleaner()(raw)


def without_chrome_rules(line: str) -> str:
    return Cleaner(CleaningSettings(chrome=False))(line).text.strip()


def seed(name: str) -> CleanText:
    return clean((ROOT / "seeds" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "line",
    [
        "您的位置：首页 > 新闻 > 正文",
        "首页 | 要闻 | 民生 | 视频",
        "发布时间：2022-11-29　来源：某某网　浏览：1286",
        "2024-05-06 10:11 来源：某某日报",
        "字号：大 中 小",
        "【打印】 【关闭】",
        "责任编辑：某某",
        "分享到： 微信 微博 QQ空间",
        "扫一扫在手机打开当前页",
        "上一篇：没有了 下一篇：某地新闻",
        "相关阅读",
        "·某市博物馆新展开幕 2024-11-13",
        "某ICP备12345678号-1",
        "版权所有：某某网 未经许可不得转载",
        "Powered by Discuz! X3.4",
        "您需要登录后才可以回帖",
        "已有0人发表了评论",
        "原标题：某县的一天",
        "关键词：民生 幼儿园",
    ],
)
def test_chrome_line_goes_and_article_stays(line: str) -> None:
    found = clean(f"松溪县十二所幼儿园开园\n{BODY}\n{MORE}\n{line}\n").text
    assert without_chrome_rules(line) not in found
    assert found.startswith("松溪县十二所幼儿园开园\n")
    assert "家住城东的李女士说" in found


@pytest.mark.parametrize(
    "line",
    [
        "松溪县：十二所幼儿园开园",
        "——松溪县民生实事见闻",
        "一、办好学校",
        "图为孩子们在新园里游戏。（某某 摄）",
        "新增学位3600个",
        "2024年的12件实事",
        "问：下一步还要建多少所？",
        "有网友在评论区留言说，家门口有了幼儿园，老人再也不用天天接送，这件事办得实在，大家都高兴。",
        "“一键到家”平台怎么用？",
        "2024年3月1日,城区供水管网改造完工,总投资2.3亿元,惠及5万户居民。",
        "2023年12月20日，县供销社开办助农商店12家，投入资金300万元。",
        "松溪日报 2024年5月6日电 全县完成12件民生实事，总投资3.2亿元。",
        "来源：省级补助资金3000万元，市级配套2000万元",
        "空气优良天数比例>90%",
        "“我要点个赞！”李大爷说。",
        "收到网民3.2万条评论",
        "开展文明上网宣传活动12场",
        "第一批12所学校竣工于2024年5月6日",
        "C区(C)安置房新建住房320套，总投资3亿元，下半年交付使用，惠及周边群众5000余人。",
        "打开微信就能挂号缴费。",
        "120 350 46",
    ],
)
def test_article_lines_stay(line: str) -> None:
    kept = clean(f"标题\n{BODY}\n{line}\n{MORE}\n").text
    assert without_chrome_rules(line) in kept


def test_above_the_navigation_nothing_is_headline() -> None:
    raw = f"某某网\n首页 > 新闻 > 正文\n松溪县十二所幼儿园开园\n发布时间：2024-05-06\n{BODY}\n"
    found = clean(raw)
    assert found.text.startswith("松溪县十二所幼儿园开园\n今年")
    assert {part.kind for part in found.removed} == {"navigation", "bread crumbs", "info bar"}
    assert raw[found.removed[0].start : found.removed[0].end] == "某某网\n"


def test_second_copy_goes() -> None:
    article = f"松溪县十二所幼儿园开园\n{BODY}\n{MORE}\n{MORE.replace('李', '王')}{BODY.replace('十二', '八')}\n"
    found = clean(article + "\n" + article)
    assert found.text.count("松溪县建成公办幼儿园十二所") == 1
    assert [part.kind for part in found.removed].count("second copy") == 4


def test_one_repeated_paragraph_is_no_copy() -> None:
    assert clean(f"标题\n{BODY}\n{MORE}\n{BODY}\n").text.count(BODY[3:9]) == 2


def test_anti_copy_junk_goes_in_forum_pages_only() -> None:
    junk = "\" A5 x, V, S8 h' _"
    page = f"[复制链接]\n标题\n{BODY} {junk}\n{MORE}\n"
    assert "A5 x" not in clean(page).text
    assert "A5 x" in clean(page.replace("[复制链接]\n", "")).text


def test_text_without_any_article_stays_whole() -> None:
    assert clean("短讯").text == "短讯"
    assert clean("").text == ""


SEED_HEADLINES = {
    "000_property_site.txt": "晋江22件实事交账",
    "002_long_traditional_report.txt": "江畔三年",
    "003_forum_post.txt": "“四个运城”落在了哪儿",
    "004_township_feature.txt": "白鹭营镇:“十五分钟暖心圈”圈住了谁",
}


@pytest.mark.parametrize(("name", "headline"), SEED_HEADLINES.items())
def test_seeds_keep_their_headline_and_lose_their_chrome(name: str, headline: str) -> None:
    found = seed(name)
    assert headline in found.text.strip()[:60]
    for trace in ("ICP", "Powered by", "上一篇", "发表于", "分享到", "相关阅读", "&nbsp", "date 2025"):
        assert trace not in found.text


def test_headlines_of_other_articles_are_left_out_of_seeds() -> None:
    assert "莆田新一年" not in seed("001_traditional_glosses.txt").text
    assert "洛阳博物馆" not in seed("004_township_feature.txt").text


def test_an_article_of_short_lines_stays() -> None:
    found = Cleaner()("松溪县民生实事清单\n1.新建幼儿园12所\n2.发放补贴300万元\n返回顶部\n")
    assert found.text == "松溪县民生实事清单\n1.新建幼儿园12所\n2.发放补贴300万元\n"


def test_cells_of_a_table_are_not_one_number() -> None:
    assert Cleaner()("<tr><td>12</td><td>345</td></tr>").text.split() == ["12", "345"]
