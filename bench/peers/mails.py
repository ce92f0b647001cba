"""The peers' emails: Jinja templates whose layout and styles were written out beforehand."""

from __future__ import annotations

from typing import NamedTuple


class Mail(NamedTuple):
    """A subject, an HTML body for the layout, and a plain text."""

    subject: str
    html: str
    text: str


LAYOUT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Bench</title>
<meta name="viewport" content="width=device-width"></head>
<body style="margin:0;background:#f4f4f5;font-family:Helvetica,Arial,sans-serif">
<table role="presentation" width="100%" style="background:#f4f4f5"><tr><td align="center">
<table role="presentation" width="600" style="max-width:600px;background:#ffffff">
<tr><td style="padding:24px;border-top:4px solid #1d4ed8;font-size:20px">Bench</td></tr>
<tr><td style="padding:0 24px 24px;font-size:16px;line-height:24px;color:#18181b">
{{ body }}</td></tr>
<tr><td style="padding:24px;font-size:12px;color:#71717a">You can answer this email; a person reads
every answer.<br>Bench GmbH, 1 Market Street, 10115 Berlin, Germany</td></tr>
</table></td></tr></table></body></html>
"""

MAILS = {
    "welcome": Mail(
        "Welcome, {{ account.name }}: I am {{ csm_name }}",
        """<p>Hello {{ contact.first_name }},</p>
<p>I am {{ csm_name }}, and I look after {{ account.name }} here. Three things come next:</p>
<ol><li>I call you within two days to hear what you want to reach.</li>
<li>You take a first look around. Most people need twenty minutes.</li>
<li>If anything is in your way, answer this email. It reaches me, not a queue.</li></ol>
<p>{{ csm_name }}</p>""",
        """Hello {{ contact.first_name }},

I am {{ csm_name }}, and I look after {{ account.name }} here. Three things come next:

1. I call you within two days to hear what you want to reach.
2. You take a first look around. Most people need twenty minutes.
3. If anything is in your way, answer this email. It reaches me, not a queue.

{{ csm_name }}
""",
    ),
    "check-in": Mail(
        "How is it going at {{ account.name }}?",
        """<p>Hello {{ contact.first_name }},</p>
<p>You have {{ account.seats }} seats, and by now some of your people have had a first look.
<strong>What is still in the way?</strong> One line is enough; I take it from there.</p>
<p>{{ csm_name }}</p>""",
        """Hello {{ contact.first_name }},

You have {{ account.seats }} seats, and by now some of your people have had a first look.
What is still in the way? One line is enough; I take it from there.

{{ csm_name }}
""",
    ),
    "large-account": Mail(
        "A note about {{ account.name }}",
        """<p>Hello {{ csm_name }},</p>
<p>{{ account.name }} is a large account: call them this week.</p>""",
        """Hello {{ csm_name }},

{{ account.name }} is a large account: call them this week.
""",
    ),
    "tips": Mail(
        "Three things teams like {{ account.name }} do next",
        """<p>Hello {{ contact.first_name }},</p>
<p>Customers of your size mostly do these three things in their second month:</p>
<ul><li>They invite the people who read the reports, not only those who write them.</li>
<li>They connect a second source.</li><li>They agree on one number to watch.</li></ul>
<p>Shall we look at them together?</p><p>{{ csm_name }}</p>""",
        """Hello {{ contact.first_name }},

Customers of your size mostly do these three things in their second month:

- They invite the people who read the reports, not only those who write them.
- They connect a second source.
- They agree on one number to watch.

Shall we look at them together?

{{ csm_name }}
""",
    ),
}
