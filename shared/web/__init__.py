"""Pages: what comes over HTTP from people in, HTML out. Nothing here needs a script in the browser.

`principal.py` reads who is signed in, `forgery.py` tells our forms from others', `forms.py` reads what was typed,
`*_page.py` turn what the use cases answer into HTML, `approval_pages.py` joins all of it.
"""
