"""Chinese names of persons as patterns: surnames, and those of them that hardly begin another word."""

from __future__ import annotations

import re

_SURE = (
    "王李张刘陈杨赵黄周吴徐孙胡朱郭何罗宋郑谢韩唐冯董萧曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田姜范陆崔"
    "廖姚谭邹熊孟秦邱侯尹黎段雷史陶贺顾毛郝龚邵钱严莫孔赖覃洪汤殷康施牛葛章俞倪耿翟翁邢樊聂焦梁"
)
_ALSO = "高林马于任金方石白江龙万常武乔温梅欧辛管柳安齐文庞伍岳兰华易阮闫柯骆车申凌盛左季裴卫鲍项祝路柴尚甘关纪游古涂左"
_TWO = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|司徒|端木|南宫"
_HAN = "\u4e00-\u9fff"
#: A name by a surname that says so by itself; by any surname, where a cue word is set off from it.
SURE_NAME = rf"(?:(?:{_TWO})[{_HAN}]{{1,2}}|[{_SURE}][{_HAN}]{{1,2}}?)"
ANY_NAME = rf"(?:(?:{_TWO})[{_HAN}]{{1,2}}?|[{_SURE}{_ALSO}][{_HAN}]{{1,2}}?)"
_NO_NAME = re.compile(
    "[员岗组部处科室队所办局院司厂店班站等某和的了是在不无有]$|^(?:高级|安全|文档|金融|方面|任何|万能|常规|成员|石油|白班|华为|"
    "江苏|江西|黄河|关于|管理|安装|安排|温度|马上|林业|王牌|余下|周边|周[一二三四五六日末]|许可|何时|何种|章程|施工|易损|路由|"
    "季度|左右|古籍|游客|尚未|齐全|兰州|柳州|车辆|车间|申请|陆续|单位|康复|严重|顾客|钱款|田间|毛病|段落|史料|叶片|曾经|"
    "于是|高处|高温|龙头|武汉|文件|文员|项目|祝贺|关机|汤料|洪水|牛奶|焦点|梁柱|贺信|雷达|雷电|雷击|熊猫|范围|罗列|唐山|郑州|徐州|"
    "苏州|杭州|黄色|白色|丁香|何人|罗盘|陶瓷|蒋介|孙女|杨树|朱红|段长)"
)
_WHOLE = re.compile(rf"(?:(?:{_TWO})[{_HAN}]{{1,2}}|[{_SURE}{_ALSO}][{_HAN}]{{1,2}})")


def is_name(text: str) -> bool:
    """Whether a text can be the name of a person, and no post, place or word that begins like one."""
    return bool(_WHOLE.fullmatch(text)) and not _NO_NAME.search(text)
