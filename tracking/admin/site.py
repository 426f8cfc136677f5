from django.contrib import admin


class TrabeculaAdminSite(admin.AdminSite):
    site_header = "Trabecula"
