"""Cin7 Omni's resources and the one spelling of its field names (cin7.md sections 1.4 to 1.8)."""

from collections.abc import Mapping
from dataclasses import replace

from pipelines.extract.api.shapes import Resource

_FIELDS = """
accountCode accountingAttributes accountingImportStatus accountNumber actualQty adjustInAccountingSystem amount
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
accountingIntegrationId address1 address2 batchReference billingAddress1 billingAddress2 billingCity
billingCostCenter billingCountry billingEmail billingFirstName billingLastName billingPostalCode billingState
branchEmail branchLocations city country creditLimit customerReport deliveryAddress1 deliveryAddress2 deliveryCity
deliveryCompany deliveryCountry deliveryFirstName deliveryInstructions deliveryLastName deliveryPostalCode
deliveryState departmentNumber distributionCenter ediStatus fax isAuthorized lineItemId logisticsCarrier
logisticsStatus mobile onHold paymentImportedRef phone port postCode quickBooksDesktop quickBooksOnline
reconcileDate salesPersonEmail serialnumber sizeId state stockControlOptions storeLocationNumber transactionRef xero
"""
FIELD_NAMES: Mapping[str, str] = {name.lower(): name for name in _FIELDS.split()}
"""Documented names by their lower case."""

FREE_FIELDS = frozenset({"customfields", "pricecolumns"})
"""Their inner names are the tenant's, such as `orders_1000` and `costNZD`."""

CHANGED = "modifiedDate"
COST_CHANGED = "modifiedCOGSDate"
"""A change of cost may not move modifiedDate, so both are followed (cin7.md section 1.2)."""

ENUMS: Mapping[str, tuple[str, ...]] = {
    "status": ("draft", "approved", "void"),
    "taxStatus": ("undefined", "incl", "excl", "exempt", "1", "2", "3"),
    "accountingAttributes.accountingImportStatus": ("notimported", "imported", "donotimport", "error"),
    "lineItems.stockControl": ("undefined", "batch", "machine", "serial", "labour", "fifo", "non stock", "nonstock"),
}
"""Values that Omni documents for its orders (cin7.md section 1.5), in lower case; any other is reported."""

PRODUCT_ENUMS: Mapping[str, tuple[str, ...]] = {
    "status": ("inactive", "public", "showinb2b", "internal"),
    "stockControl": ENUMS["lineItems.stockControl"],
    "orderType": ("order", "kit", "limited stock", "buy to order", "pre-order", "gift voucher"),
}

CONTACT_ENUMS: Mapping[str, tuple[str, ...]] = {"type": ("internal", "customer", "supplier")}

PAYMENT_ENUMS: Mapping[str, tuple[str, ...]] = {
    "orderType": (
        "undefined", "genericorder", "salesorder", "preorder", "productionjob", "purchaseorder", "purchasequote",
        "quote", "adjustment", "batchorsplitinvoice", "binlocationtransfer", "branchtransfer", "supplierconsignment",
        "consignment", "creditnote", "suppliercreditnote", "layby", "bommaster", "salesorderswithcartons",
    ),
}  # fmt: skip
"""Of contacts and payments (cin7.md section 1.8)."""

PERSONAL = (
    "firstName", "lastName", "email", "memberEmail", "branchEmail", "billingEmail", "phone", "mobile", "fax",
    "deliveryFirstName", "deliveryLastName", "deliveryCompany", "deliveryAddress1", "deliveryAddress2", "deliveryCity",
    "deliveryState", "deliveryPostalCode", "billingFirstName", "billingLastName", "billingAddress1",
    "billingAddress2", "billingCity", "billingState", "billingPostalCode", "address1", "address2", "city", "postCode",
    "deliveryInstructions", "salesPersonEmail", "jobTitle", "website",
)  # fmt: skip
"""Fields about people that a close does not read, but for a customer's name where there is no company."""


def _documents(name: str, *follows: str, enums: Mapping[str, tuple[str, ...]] | None = None) -> Resource:
    """A list with ids and stamps, swept for deleted rows."""
    return Resource(
        name, ("id",), follows or (CHANGED,), paging="stamp", created="createdDate", is_swept=True, enums=enums or {},
        spelling=FIELD_NAMES, free_fields=FREE_FIELDS, personal=PERSONAL,
    )  # fmt: skip


def _whole(name: str, *keys: str) -> Resource:
    """A list without stamps: read whole."""
    return Resource(
        name, keys or ("id",), spelling=FIELD_NAMES, free_fields=FREE_FIELDS, personal=PERSONAL
    )  # fmt: skip


_LISTS = (
    _documents("Adjustments"),
    _whole("BomMasters"),
    _whole("Branches"),
    _documents("BranchTransfers"),
    _documents("Contacts", enums=CONTACT_ENUMS),
    _documents("CreditNotes", CHANGED, COST_CHANGED, enums=ENUMS),
    _documents("Payments", enums=PAYMENT_ENUMS),
    _whole("ProductCategories"),
    _documents("ProductionJobs"),
    _whole("ProductOptions", "id", "sizeId"),
    _documents("Products", enums=PRODUCT_ENUMS),
    _documents("PurchaseOrders", CHANGED, COST_CHANGED, enums=ENUMS),
    _documents("Quotes", CHANGED, COST_CHANGED, enums=ENUMS),
    _documents("SalesOrders", CHANGED, COST_CHANGED, enums=ENUMS),
    _whole("SerialNumbers", "serialnumber", "productOptionId", "branchId"),
    replace(_documents("Stock"), keys=("productId", "productOptionId", "size", "branchId"), created=None),
    _whole("Users"),
)
RESOURCES: Mapping[str, Resource] = {one.name: one for one in _LISTS}
"""Resources that can be listed (cin7.md sections 1.4 to 1.8). An option id is not unique for sized products, so the
size belongs to its key; a row of Stock is stamped with its last transaction."""
