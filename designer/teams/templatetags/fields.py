"""Form fields in the product's look."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def styled(field: BoundField) -> SafeString:
    """The field's input with our class; Django adds what ties it to its help and errors."""
    choice = field.widget_type in ("checkbox", "radioselect", "checkboxselectmultiple")
    return field.as_widget(attrs={} if choice else {"class": "input"})
