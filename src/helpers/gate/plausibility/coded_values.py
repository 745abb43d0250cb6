"""Values that look like slips of others, blanks where something is decided, and tests among the records."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from helpers.gate.plausibility.roles import columns_read, conditions
from helpers.gate.plausibility.subject import Subject
from helpers.gate.result import Check
from helpers.year.engine import identifier, literal, literals

#: Columns of more different values are no lists of values.
DISTINCT = 300
#: A slip is in so few rows, beside a value that has so many times more.
RARE, RARE_SHARE, TIMES = 3, 0.002, 20
#: A column is meant to be filled where so large a share of it is.
FILLED = 0.35
#: What belongs to numbers and to yes and no makes values different, however alike they look.
TELLING = frozenset("不未非无没否新旧上下左右前后内外东南西北一二三四五六七八九十甲乙丙丁男女大小")
#: Traditional characters of this field, and what they are written as.
TRADITIONAL = str.maketrans(
    "屬實訴議詢維護設備電腦網絡會審終資產測試導報損壞換滿務類別門單號時間進記錄發處",
    "属实诉议询维护设备电脑网络会审终资产测试导报损坏换满务类别门单号时间进记录发处",
) | str.maketrans(
    "關閉辦結滿應見證監視頻軟體機覽廳線無優級個員續檢裝啟運營養讓對錯誤數據庫術為與",
    "关闭办结满应见证监视频软体机览厅线无优级个员续检装启运营养让对错误数据库术为与",
)
#: Texts that say by themselves that they are no record.
_MARKS = r"[\s\p{P}\p{S}\p{N}]*"
TEST_TEXT = (
    rf"^{_MARKS}(测试|试单|试填|演示|测试用|test|testing|demo|dummy|asdf[a-z]*|xxx+|aaa+){_MARKS}$|"
    r"测试单|测试工单|测试数据|测试记录|测试一下|【测试】|\[测试\]|[(（]测试[)）]|请忽略|"
    r"勿处理|勿派单|仅供测试|test ticket|please ignore"
)

#: What each of them holds.
TEST_WORD = "测试|试单|试填|演示|忽略|勿处理|勿派单|test|demo|dummy|asdf|xxx|aaa|please ignore"


def folded(text: str) -> str:
    """A value without width, case and spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=10_000)
def plain(text: str) -> str:
    """A value without what writing it differently changes: width, spaces, marks, case, traditional characters."""
    written = folded(text).translate(TRADITIONAL)
    return "".join(c for c in written if unicodedata.category(c)[0] not in "ZPC")


def slip_of(value: str, other: str) -> bool:
    """Whether a value looks like a slip of another: written differently, or one character off."""
    a, b = plain(value), plain(other)
    if a == b:
        return True
    # Codes differ by a character by design.
    if min(len(a), len(b)) < 3 or abs(len(a) - len(b)) > 1 or re.search(r"[a-z]*\d", a + b) or _lettered(value, other):
        return False
    different = _one_edit(a, b)
    return different is not None and not set(different) & TELLING


def _lettered(value: str, other: str) -> bool:
    """Whether two texts differ by letters that stand for themselves: 一楼A座 and 一楼B座, Line C and Line H."""
    a, b = (re.findall("[a-z]+|[^a-z]+", unicodedata.normalize("NFKC", text).casefold()) for text in (value, other))
    apart = [(x, y) for x, y in zip(a, b, strict=False) if x != y]
    return len(a) == len(b) and all(re.fullmatch("[a-z]", x) and re.fullmatch("[a-z]", y) for x, y in apart)


def _one_edit(a: str, b: str) -> str | None:
    """The characters by which two texts differ where it is one edit (or two neighbours swapped), else None."""
    start = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    end = next((n for n, (x, y) in enumerate(zip(a[::-1], b[::-1], strict=False)) if x != y), min(len(a), len(b)))
    end = min(end, min(len(a), len(b)) - start)
    left, right = a[start : len(a) - end], b[start : len(b) - end]
    if max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1]):
        return left + right
    return None


def slips(subject: Subject) -> Iterator[Check]:
    """Rare values of a column that look like a slip of a frequent or declared one."""
    for table in subject.tables:
        declared = declared_values(subject, table)
        for column in _listed_columns(subject, table):
            counts = dict(subject.frequent(table, column))
            known = {v for v in declared.get(column, ()) if v}
            found = _slips(counts, known)
            if not found:
                continue
            rows = sum(counts[value] for value in found)
            said = "、".join(f"“{value}”像是“{other}”" for value, other in list(found.items())[:3])
            yield subject.note(
                table,
                "slips",
                f"{subject.called(table, column)}有 {rows} 行的写法少见：{said}",
                f"确是同一内容的，补进 tables.{table}.synonyms.{column}；录错的用 corrections.yml 更正",
                observed=dict(found),
                rows=subject.places(table, [column], f"{identifier(column)} IN ({literals(found)})"),
                failing=rows,
                column=column,
            )


def _slips(counts: Mapping[str, int], known: set[str]) -> dict[str, str]:
    total = sum(counts.values())
    rare = [v for v, n in counts.items() if v not in known and n <= max(RARE, RARE_SHARE * total)]
    found = {}
    for value in rare:
        others = [o for o, n in counts.items() if o != value and (o in known or n >= TIMES * counts[value])]
        others += [o for o in sorted(known) if o not in counts and o != value]
        match = next((o for o in others if slip_of(value, o)), None)
        if match is not None:
            found[value] = match
    return _other_capitals(counts, known) | found


def _other_capitals(counts: Mapping[str, int], known: set[str]) -> dict[str, str]:
    """Values, however frequent, that only capitals, width and spaces tell from a more frequent or declared one."""
    leading: dict[str, str] = {}
    found = {}
    for value in sorted(counts, key=lambda v: (v not in known, -counts[v], v)):
        first = leading.setdefault(folded(value), value)
        if first != value and value not in known:
            found[value] = first
    return found


def _listed_columns(subject: Subject, table: str) -> list[str]:
    """The text columns that hold values of a list: coded ones, and others with few different values."""
    roles, rows = subject.roles[table], subject.count(table)
    texts = [c for c in roles.texts if c not in roles.key and c not in subject.tables[table].tidy_personal]
    if not texts or not rows:
        return []
    return [
        c
        for c, (n, _) in subject.kinds(table, texts).items()
        if n <= DISTINCT and (c in roles.coded or (rows >= 50 and n <= rows / 10))
    ]


def declared_values(subject: Subject, table: str) -> dict[str, set[str]]:
    """The values that the year files name, by column: lists, synonyms, texts in conditions."""
    spec = subject.tables[table]
    found: dict[str, set[str]] = {}
    for column, groups in spec.synonyms.items():
        found.setdefault(column, set()).update(groups)
    for rule in spec.gate:
        if rule.expectation == "expect_column_values_to_be_in_set":
            found.setdefault(str(rule.arguments.get("column")), set()).update(
                str(v) for v in rule.arguments.get("value_set") or ()
            )
    activities = subject.year.year.activities
    if activities and activities.table == table:
        found.setdefault(activities.by, set()).update(item.category for item in activities.items)
    for text in conditions(subject.year, table):
        for column in columns_read(text) if "like" not in text.lower() else ():
            found.setdefault(column, set()).update(re.findall(r"'([^']*)'", text))
    return found


# --- blanks and tests -----------------------------------------------------------------------------


def undecided_rows(subject: Subject) -> Iterator[Check]:
    """Rows of which a measure's condition cannot be decided, for a column that is otherwise filled is blank."""
    for table in subject.tables:
        said: set[str] = set()
        measures = [m for m in subject.year.measures.values() if m.table == table and m.where]
        for measure in measures if subject.count(table) else ():
            where = f"({measure.where}\n)"
            for column in _blank_columns(subject, table, where):
                if column in said:
                    continue
                said.add(column)
                blank = _blank(subject, table, column, where)
                rows = int(subject.one(f"SELECT count(*) FROM {identifier(table)} WHERE {blank}"))
                yield subject.note(
                    table,
                    "undecided_rows",
                    f"有 {rows} 行的{subject.called(table, column)}为空，不能判断是否计入“{measure.words}”，没有计入",
                    f"补填{subject.called(table, column)}；空白有确定含义的，在条件里用 coalesce 写明",
                    observed=rows,
                    rows=subject.places(table, [*subject.tables[table].tidy_key[:1], column], blank),
                    failing=rows,
                    column=column,
                )


def _blank_columns(subject: Subject, table: str, where: str) -> list[str]:
    """The columns that are filled in most rows, or blank in all, and whose blanks leave the condition open."""
    spec, roles = subject.tables[table], subject.roles[table]
    if not subject.one(f"SELECT count(*) FROM {identifier(table)} WHERE {where} IS NULL"):
        return []
    read: set[str] = set()
    for column in columns_read(where):
        derived = spec.derived.get(column)
        read |= columns_read(derived.expr) if derived and derived.expr else {column}
    columns = [c for c in roles.types if c in read and c not in spec.derived]
    if not columns:
        return []
    picked = (
        f"count(*) FILTER (WHERE {_blank(subject, table, c, where)}), coalesce(avg({there}), 0), "
        f"coalesce(avg({there}) FILTER (WHERE coalesce({where}, true)), 0)"
        for c in columns
        for there in [f"CAST({identifier(c)} IS NOT NULL AS INTEGER)"]
    )
    row = subject.query(f"SELECT {', '.join(picked)} FROM {identifier(table)}")[0]
    found = []
    for n, column in enumerate(columns):
        blank, whole, asked = row[3 * n : 3 * n + 3]
        if blank and (whole == 0 or max(whole, asked) >= FILLED or _says_no(subject, table, column)):
            found.append(column)
    return found


def _says_no(subject: Subject, table: str, column: str) -> bool:
    """Whether a flag is written down where it does not hold too, so that a blank means neither."""
    if column not in subject.roles[table].flags:
        return False
    return subject.kinds(table, [column])[column][0] == 2


def _blank(subject: Subject, table: str, column: str, where: str) -> str:
    """Whether a blank cell leaves the condition open. A file that has none of a column is not blank there,
    unless no file has any."""
    cell = identifier(column)
    filled = subject.query(f"SELECT source_file, count({cell}) FROM {identifier(table)} GROUP BY 1 ORDER BY 1")
    lacking = [file for file, n in filled if not n]
    blank = f"{where} IS NULL AND {cell} IS NULL"
    if not lacking or len(lacking) == len(filled):
        return blank
    listed = ", ".join("NULL" if file is None else literal(file) for file in lacking)
    return f"{blank} AND source_file NOT IN ({listed})"


def unmarked_tests(subject: Subject) -> Iterator[Check]:
    """Rows that are used although a text of theirs says that they are a test."""
    for table in subject.tables:
        roles = subject.roles[table]
        declared = declared_values(subject, table)
        texts = [c for c in roles.texts if c not in subject.tables[table].tidy_personal]
        if not texts or not subject.count(table):
            continue
        texts = [c for c in texts if _like_tests(subject, table, c)]
        if not texts:
            continue
        # Each different text is looked at once.
        tests = [
            f"({identifier(c)} IN (SELECT v FROM (SELECT DISTINCT {identifier(c)} AS v FROM {identifier(table)}) WHERE "
            f"regexp_matches(v, {literal(TEST_TEXT)}, 'i') AND v NOT IN "
            f"({literals(sorted({'', *declared.get(c, ())}))})))"
            for c in texts
        ]
        broken = " OR ".join(f"coalesce({test}, false)" for test in tests)
        each = subject.query(
            f"SELECT {', '.join(f'count(*) FILTER (WHERE {test})' for test in tests)} FROM {identifier(table)}"
        )[0]
        if not any(each):
            continue
        rows = int(subject.one(f"SELECT count(*) FROM {identifier(table)} WHERE {broken}"))
        if rows > max(3, 0.02 * subject.count(table)):
            continue
        columns = [c for c, n in zip(texts, each, strict=True) if n]
        yield subject.note(
            table,
            "unmarked_tests",
            f"有 {rows} 行的内容像是测试或演示，但计入了统计",
            "确属测试的，在 out_of_scope 里写明条件剔除",
            observed=rows,
            rows=subject.places(table, columns[:2], broken),
            failing=rows,
        )


def _like_tests(subject: Subject, table: str, column: str) -> bool:
    """Whether any text of a column holds a word of a test; the pattern that asks for more is dear."""
    values = subject.values(table, column)
    if values is not None:
        return any(map(re.compile(TEST_WORD, re.IGNORECASE).search, values))
    texts = f"SELECT DISTINCT {identifier(column)} AS v FROM {identifier(table)}"
    return bool(subject.query(f"SELECT 1 FROM ({texts}) WHERE regexp_matches(v, {literal(TEST_WORD)}, 'i') LIMIT 1"))


CHECKS = (slips, undecided_rows, unmarked_tests)
