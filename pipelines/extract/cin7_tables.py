"""Cin7 Omni's resources and the one spelling of its field names (cin7.md sections 1.4 to 1.8)."""

from collections.abc import Mapping
from functools import cache

RESOURCES: Mapping[str, str | None] = {
    "Adjustments": "createdDate ASC",
    "BomMasters": None,
    "Branches": None,
    "BranchTransfers": "createdDate ASC",
    "Contacts": "createdDate ASC",
    "CreditNotes": "createdDate ASC",
    "Payments": "createdDate ASC",
    "ProductCategories": None,
    "ProductionJobs": "createdDate ASC",
    "ProductOptions": None,
    "Products": "createdDate ASC",
    "PurchaseOrders": "createdDate ASC",
    "Quotes": "createdDate ASC",
    "SalesOrders": "createdDate ASC",
    "SerialNumbers": None,
    "Stock": None,
    "Users": None,
}
"""Resources that can be listed, and the order to page them in: oldest first, so that a new document changes no page
that was read already. None where the rows have no created date."""

_FIELDS = """
accountCode accountingAttributes accountingImportStatus accountNumber actualQty adjustInAccountingSystem
adjustmentReason alternativeAccountCode alternativeTaxRate approvalDate available balanceOwing barcode batch
billingCompany billingId branchId branchType brand cancellationDate category code comments company completedBy
completedDate components costCenter createdBy createdDate creditNoteDate creditNoteNumber currencyCode currencyRate
currencySymbol customerOrderNo customFields destinationBranchId discount discountDescription discountTotal
dispatchedDate distributionBranchId dueDate email estimatedArrivalDate estimatedDeliveryDate firstName
freightDescription freightTotal fullyReceivedDate height holding holdingQty id importCustomsDuty importDate incoming
integrationRef internalComments invoiceDate invoiceNumber isActive isApproved isVoid lastName length lineComments
lineItems memberAlternativeTaxRate memberCostCenter memberEmail memberId method modifiedCOGSDate modifiedDate name
openSales option1 option2 option3 optionWeight orderId orderRef orderType parentId paymentDate paymentTerms
priceColumn priceColumns processedBy productId productOptionCode productOptionId productOptions productOptionSizeCode
products productTotal projectName purchasesAccount qty qtyAdjusted qtyShipped qtyTransferred quantity receivedDate
reference salesAccount salesPersonId salesReference serial size sizeCodes sizes sort source sourceBranchId stage
standardQty status stockControl stockMovements stockOnHand styleCode supplierAcceptanceDate supplierId
supplierInvoiceReference surcharge surchargeDescription taxNumber taxRate taxStatus total totalCost trackingCode
transactionId type unitCost unitPrice uomOptions uomPrice uomQtyOrdered uomQtyShipped uomSize virtual volume
voucherCode weight width
"""
FIELD_NAMES: Mapping[str, str] = {name.lower(): name for name in _FIELDS.split()}
"""Documented names by their lower case."""

_TENANTS_OWN = "customFields"
"""Its names are the tenant's, such as `orders_1000`: they are kept."""


def spell_fields(row: Mapping[str, object]) -> dict[str, object]:
    """A row with its field names as Omni documents them, at every depth; values and unknown names stay as they came.

    The wire has camelCase, but the help pages print PascalCase and one client saw it (cin7.md section 1.1), so names
    are matched without case. A select in mappings/sources/omni.yaml needs to know one spelling only.

    Args:
        row: one row of a resource, as received.
    """
    return {
        spelled: value if spelled == _TENANTS_OWN else _spell_nested(value)
        for spelled, value in ((_spell(name), value) for name, value in row.items())
    }


@cache
def _spell(name: str) -> str:
    """The documented spelling of a name."""
    return FIELD_NAMES.get(name.lower(), name)


def _spell_nested(value: object) -> object:
    """The same for the rows inside a value."""
    if isinstance(value, list):
        return [_spell_nested(each) for each in value]
    return spell_fields(value) if isinstance(value, dict) else value
