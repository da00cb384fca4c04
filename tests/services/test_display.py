"""Text size and contrast are remembered without JavaScript and never lead to another site."""

import pytest
from allauth.core.context import request_context

from gimje_portal.staff_accounts import StaffAccountAdapter
from services.views.addresses import own_address


def choose(client, **data):
    return client.post("/services/display/save", data)


def test_larger_text_comes_with_the_next_page(client, db):
    choose(client, size="large", next="/services/guide/")
    assert '<html lang="ko" class="size-large"' in client.get("/").content.decode()


def test_high_contrast_is_set_by_the_server(client, db):
    choose(client, contrast="high")
    assert 'data-krds-mode="high-contrast"' in client.get("/").content.decode()
    choose(client, contrast="normal")
    assert 'data-krds-mode="high-contrast"' not in client.get("/").content.decode()


def test_size_and_contrast_do_not_reset_each_other(client, db):
    choose(client, size="larger")
    choose(client, contrast="high")
    page = client.get("/").content.decode()
    assert "size-larger" in page
    assert 'data-krds-mode="high-contrast"' in page


def test_the_person_comes_back_to_the_same_page_and_reads_what_happened(client, db):
    response = client.post("/services/display/save", {"size": "large", "next": "/services/guide/"}, follow=True)
    assert response.redirect_chain == [("/services/guide/", 302)]
    assert "글자를 크게 했습니다." in response.content.decode()


JUNK = [
    "https://example.com/",
    "//example.com",
    "///example.com",
    "/\\example.com",
    "javascript:alert(1)",
    "",
    "abc",  # a name without a slash: Django would look for a page of that name
    "services:home",
    "../my/",
    "/no/such/page/",
    "/services/guide/\r\nSet-Cookie: a=b",
    "/slate/applications/\u202e/",
    "/slate/applications/" + "9" * 5000 + "/",
    "http://[",
    "?next=abc",
    "\x01/services/guide/",
]


@pytest.mark.parametrize("next_page", JUNK)
def test_it_never_leads_elsewhere(client, db, next_page):
    assert choose(client, size="large", next=next_page).url == "/"


@pytest.mark.parametrize("next_page", JUNK)
def test_no_redirect_that_a_browser_names_leads_elsewhere(rf, next_page):
    request = rf.get("/")
    assert own_address(request, next_page, otherwise="/my/") == "/my/"
    context = StaffAccountAdapter(request)
    with request_context(request):
        assert not context.is_safe_url(next_page)
        assert context.is_safe_url("/staff/?page=2")


def test_the_query_comes_along(rf):
    assert own_address(rf.get("/"), "/solar/?period=day&on=2024-06-01") == "/solar/?period=day&on=2024-06-01"


def test_nonsense_is_not_remembered(client, db):
    response = choose(client, size="huge", contrast="pink")
    assert "text_size" not in response.cookies
    assert "contrast" not in response.cookies


def test_a_tampered_cookie_counts_as_normal(client, db):
    client.cookies["text_size"] = '"><script>'
    page = client.get("/").content.decode()
    assert '<html lang="ko" class="">' in page


def test_looking_at_the_settings_changes_nothing(client, db):
    assert client.get("/services/display/save").status_code == 405


@pytest.mark.parametrize(
    "page", ["/services/display/", "/services/accessibility/", "/services/guide/", "/services/privacy/"]
)
def test_pages_of_the_ground_floor_cost_no_query_for_a_visitor(client, db, django_assert_num_queries, page):
    with django_assert_num_queries(0):
        assert client.get(page).status_code == 200
