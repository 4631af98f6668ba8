"""Pages for people: rendered on the server, readable without scripts, in the owner's words.

parts: what the doors are given · condition: how the service does · movement, words, charts: values as people
read them · looks: templates and style sheet · one module a page. The API is built on this package.
"""
