"""Reading the table of `components/newer.html` out of a page."""

import re


def newer(page: str) -> list[tuple[str, ...]]:
    """(field, what it says now, what was typed) of each row."""
    table = page.split("지금 적혀 있는 것과 적으신 것")[1].split("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
    return [tuple(re.sub("<[^>]+>", "", cell) for cell in re.split(r"</t[hd]>", row)[:3]) for row in rows]
