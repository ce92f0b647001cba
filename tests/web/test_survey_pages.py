"""What customers get behind a survey's links, and what we take in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.effects.entities import EnrollmentId
from engine.plan.clock import Clock
from engine.plan.model import NodeId
from engine.store.database import Database
from engine.web.app import make_app
from engine.web.limits import MAX_BODY_BYTES, Limiter
from tests.web.conftest import CHAMPION, House, served


def test_looking_answers_nothing(house: House) -> None:
    for method in ("GET", "HEAD", "GET"):
        assert house.client.request(method, f"{house.path}/9").status_code == 200
    assert house.facts() == []


def test_page_has_a_button_for_those_without_scripts(house: House) -> None:
    shown = house.client.get(f"{house.path}/9").text
    form = shown[shown.index("<form") : shown.index("</form>")]
    assert form.startswith('<form method="post">')
    assert '<button type="submit">Send my answer</button>' in form


def test_click_answers_for_its_step_and_person(house: House) -> None:
    house.link = replace(house.link, path=("each=c-1", "weekly#2"))
    shown = house.client.post(f"{house.path}/9")
    assert (shown.status_code, "Your answer has arrived" in shown.text) == (200, True)
    (fact,) = house.facts()
    assert fact.kind == "survey.answered"
    assert fact.data == {"score": 9, "survey": "nps"}
    assert (fact.enrollment, fact.node) == (house.link.enrollment, "first-nps")
    assert (fact.contact, fact.path) == (CHAMPION, ("each=c-1", "weekly#2"))


def test_first_click_counts(house: House) -> None:
    house.client.post(f"{house.path}/3")
    again = house.client.post(f"{house.path}/9")
    assert "The first one counts" in again.text
    assert '<span class="score">3</span>' in again.text
    assert house.said() == [("survey.answered", 3)]


def test_each_item_and_person_has_an_answer_of_their_own(house: House) -> None:
    first = house.link
    for link in (first, replace(first, path=("each=c-2",)), replace(first, recipient="u-ann")):
        house.link = link
        house.client.post(f"{house.path}/7")
    assert [fact.contact for fact in house.facts()] == [CHAMPION, CHAMPION, None]


def test_comment_comes_after_the_answer_and_once(house: House) -> None:
    comment = {"comment": "  Too slow\x00,\r\nbut nice  "}
    assert house.client.post(f"{house.path}/comment", data=comment).status_code == 400
    house.client.post(f"{house.path}/6")
    assert "has arrived" in house.client.post(f"{house.path}/comment", data=comment).text
    house.client.post(f"{house.path}/comment", data={"comment": "and another"})
    house.client.post(f"{house.path}/comment", data={})
    assert house.said() == [
        ("survey.answered", 6),
        ("survey.commented", "Too slow,\nbut nice"),
    ]


@pytest.mark.parametrize("score", ["11", "-1", "09", "1e1", "٣", "yes", "9" * 5000])
def test_score_outside_the_survey_is_refused(house: House, score: str) -> None:
    assert house.client.get(f"{house.path}/{score}").status_code == 400
    assert house.client.post(f"{house.path}/{score}").status_code == 400
    assert house.facts() == []


def test_forged_links_lead_nowhere(house: House) -> None:
    body, _, signature = house.path.removeprefix("/survey/").partition(".")
    other = replace(house.link, recipient="c-acme-0-sponsor")
    theirs = House(house.company, replace(house.context, link_key=b"other"), other, house.client)
    forged = [
        f"{body}.{signature[:-1]}{'0' if signature[-1] != '0' else '1'}",
        f"{body}.",
        f"{body}",
        f"{body.upper()}.{signature}",
        theirs.path.removeprefix("/survey/"),
        "é.ö",
        "0" * 3000,
    ]
    for token in forged:
        answers = [house.client.get(f"/survey/{token}/9"), house.client.post(f"/survey/{token}/9")]
        assert [one.status_code for one in answers] == [404, 404], token
        assert answers[0].text.count(house.context.brand.name) == 0
    assert house.facts() == []


def test_links_outlive_a_change_of_keys(house: House) -> None:
    changed = replace(house.context, link_key=b"new", old_link_keys=(house.context.link_key,))
    with served(make_app(house.company.database, lambda: changed)) as client:
        assert client.get(f"{house.path}/9").status_code == 200


def test_link_of_a_run_or_step_that_is_gone_leads_nowhere(house: House) -> None:
    house.link = replace(house.link, node=NodeId("gone"))
    assert house.client.post(f"{house.path}/9").status_code == 404
    house.link = replace(house.link, enrollment=EnrollmentId("e-gone"))
    assert house.client.get(f"{house.path}/9").status_code == 404


def test_every_answer_tells_browsers_to_be_careful(house: House) -> None:
    shown = [
        house.client.get(f"{house.path}/9"),
        house.client.post(f"{house.path}/9"),
        house.client.post(f"{house.path}/comment", data={"comment": "x"}),
        house.client.get("/nowhere"),
        house.client.delete(f"{house.path}/9"),
    ]
    assert [one.status_code for one in shown] == [200, 200, 200, 404, 405]
    for one in shown:
        policy = one.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert one.headers["referrer-policy"] == "no-referrer"
        assert one.headers["x-frame-options"] == "DENY"
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["cache-control"] == "no-store"
        assert "set-cookie" not in one.headers
        assert "http" not in one.text.replace("http-equiv", "")
    assert shown[0].headers["content-security-policy"] != policy


def test_too_much_is_refused(house: House) -> None:
    assert house.client.post(f"{house.path}/9", content=b"x" * MAX_BODY_BYTES).status_code == 200
    body = b"comment=" + b"x" * MAX_BODY_BYTES
    assert house.client.post(f"{house.path}/comment", content=body).status_code == 413
    many = b"&".join(b"a=1" for _ in range(50))
    assert house.client.post(f"{house.path}/comment", content=many).status_code == 400


def test_database_that_does_not_answer_is_said_so(house: House) -> None:
    gone = Database("postgresql+psycopg://u:p@127.0.0.1:1/none", Clock.parse("real"))
    with served(make_app(gone, lambda: house.context)) as client:
        refused = client.post(f"{house.path}/9")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
        assert client.get("/healthz").status_code == 503
    assert house.client.get("/healthz").text == "ok\n"


def test_who_asks_too_much_is_asked_to_wait(house: House) -> None:
    two = Limiter(burst=2, clock=lambda: 0.0)
    app = make_app(house.company.database, lambda: house.context, limiter=two)
    with served(app) as client:
        codes = [client.get("/nowhere").status_code for _ in range(3)]
    assert codes == [404, 404, 429]


def test_limiter_admits_a_burst_and_then_a_trickle() -> None:
    now = [0.0]
    limiter = Limiter(burst=2, per_second=0.5, addresses=2, clock=lambda: now[0])
    assert [limiter.admits("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert limiter.admits("192.0.2.2")
    now[0] = 2.0
    assert [limiter.admits("192.0.2.1") for _ in range(2)] == [True, False]
    assert limiter.admits("192.0.2.3")  # pushes out 192.0.2.2, not seen for longest
    assert [limiter.admits("192.0.2.2") for _ in range(2)] == [True, True]
    assert [limiter.admits(f"2001:db8::{n}") for n in range(3)] == [True, True, False]
