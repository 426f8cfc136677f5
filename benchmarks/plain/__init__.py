"""What people usually build: a Django REST Framework project of ModelViewSets, to hold our own beside.

Tables for what a phone shows, a ModelSerializer with all fields and a ModelViewSet for each, pages that count, a token. No
rules, no history, no policies, no evaluation: what it leaves out flatters it.
"""
